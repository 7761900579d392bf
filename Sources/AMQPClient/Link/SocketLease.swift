// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOConcurrencyHelpers

/// Lets a watchdog shut down the socket of a connection whose thread hangs in a send.
///
/// librabbitmq 0.11 can wait for ever inside a write (its zero-second wait means infinity there), and `shutdown(2)` is
/// the one thing another thread may do about it. The lease holds a duplicate of the descriptor: the library closes its
/// own behind our back, and the number could belong to another file by the time the watchdog strikes.
///
/// Isolation: any thread.
final class SocketLease: Sendable {
    private struct State {
        var duplicate: Int32?
        var busySince: ContinuousClock.Instant?
        var wasInterrupted = false
    }

    private let state = NIOLockedValueBox(State())

    /// Takes charge of a newly opened socket.
    func adopt(_ descriptor: Int32) {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        state.withLockedValue { state in
            precondition(state.duplicate == nil, "the socket before was retired")
            state.duplicate = duplicate >= 0 ? duplicate : nil
            state.wasInterrupted = false
        }
    }

    /// Ends the connection of the socket for both sides, even in the middle of a write, and gives the socket back.
    func retire() {
        state.withLockedValue { state in
            if let duplicate = state.duplicate.take() {
                shutdown(duplicate, Int32(SHUT_RDWR))
                close(duplicate)
            }
            state.busySince = nil
        }
    }

    /// Notes that the thread goes to work on the socket.
    func enter(at now: ContinuousClock.Instant) {
        state.withLockedValue { $0.busySince = now }
    }

    /// Notes that the thread is done with the socket for now.
    func leave() {
        state.withLockedValue { $0.busySince = nil }
    }

    /// Shuts the socket down if the thread has been at work on it for longer than `limit`; answers whether it did.
    func interruptIfBusy(forLongerThan limit: Duration, at now: ContinuousClock.Instant) -> Bool {
        state.withLockedValue { state in
            guard let duplicate = state.duplicate, let since = state.busySince, !state.wasInterrupted,
                now - since > limit
            else { return false }
            shutdown(duplicate, Int32(SHUT_RDWR))
            state.wasInterrupted = true
            return true
        }
    }
}
