// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers
import ServiceLifecycle

/// The state of the cloud, its clock and its queue of callbacks: what endpoints and courier share.
struct Cloud: Sendable {
    let configuration: SimulatorConfiguration
    let callbacks = CallbackQueue()
    private let state: NIOLockedValueBox<CloudState>
    private let origin = ContinuousClock.now

    init(_ configuration: SimulatorConfiguration) {
        self.configuration = configuration
        state = NIOLockedValueBox(CloudState(configuration: configuration, startedAt: Date()))
    }

    /// The time since the start.
    var now: Duration { origin.duration(to: .now) }

    /// Reads or changes the state; nobody else does meanwhile.
    func withState<Result>(_ body: (inout CloudState) -> Result) -> Result {
        state.withLockedValue(body)
    }

    /// Waits for a moment.
    ///
    /// - Parameter moment: counted from the start.
    /// - Returns: whether it came; not so if the surrounding task is cancelled or its service shuts down before.
    func wait(until moment: Duration) async -> Bool {
        guard moment > now else { return true }
        let deadline = origin + moment
        return await cancelWhenGracefulShutdown {
            do {
                try await ContinuousClock().sleep(until: deadline)
                return true
            } catch {
                return false
            }
        }
    }

    /// The writer of answers in a dialect.
    func writer(_ dialect: Dialect) -> AnswerWriter {
        AnswerWriter(dialect: dialect, cancelCode: configuration.cancelCode)
    }

    /// Notes that a limit of the simulator was reached.
    func noteDropped(_ count: Int) {
        withState { $0.count { $0.dropped += count } }
    }
}
