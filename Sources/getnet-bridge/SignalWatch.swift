// SPDX-License-Identifier: Apache-2.0

internal import BridgeService
internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Takes the signals that would end a process that does not know them.
///
/// HUP, which comes from an operator or from a terminal that is closed, has `terminals.file` read again. USR1, USR2 and
/// ALRM are logged. Signals that the kernel sends only on request are not watched: the process requests none.
struct SignalWatch: Service {
    private static let signals: [(signal: UnixSignal, number: Int32)] = [
        (.sighup, SIGHUP), (.sigusr1, SIGUSR1), (.sigusr2, SIGUSR2), (.sigalrm, SIGALRM),
    ]

    /// Signals that would end it, and that the library above cannot wait for.
    ///
    /// XFSZ is a file that became too large: the write that failed says so itself.
    private static let unheard: [Int32] = [SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXFSZ]

    let bridge: Bridge
    let logger: Logger

    /// From now on none of them ends the process, whether the watch runs yet, or not any more.
    static func ignoreAll() {
        for number in signals.map(\.number) + unheard { _ = signal(number, SIG_IGN) }
    }

    func run() async throws {
        let arriving = await UnixSignalsSequence(trapping: Self.signals.map(\.signal))
        for await signal in arriving.cancelOnGracefulShutdown() {
            if signal == .sighup {
                logger.info("HUP: terminals.file is read again")
                bridge.readTerminalsAgain()
            } else {
                logger.notice("a signal that means nothing here", metadata: [LogKey.signal: "\(signal)"])
            }
        }
    }
}
