// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// The port of a server that may not listen yet.
final class BoundPort: Sendable {
    private enum State {
        case pending([CheckedContinuation<Int, any Error>])
        case bound(Int)
        case stopped
    }

    private let state = NIOLockedValueBox(State.pending([]))

    /// The port; waits until it is known.
    ///
    /// - Throws: ``SimulatorStopped`` if it never will be.
    func port() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<Int, any Error>? = state.withLockedValue { state in
                switch state {
                case .bound(let port): return .success(port)
                case .stopped: return .failure(SimulatorStopped())
                case .pending(let waiters):
                    state = .pending(waiters + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// Makes the port known.
    func bind(_ port: Int) {
        for waiter in settle(.bound(port)) { waiter.resume(returning: port) }
    }

    /// Gives up: the server will not listen, or listens no longer.
    func stop() {
        for waiter in settle(.stopped) { waiter.resume(throwing: SimulatorStopped()) }
    }

    private func settle(_ settled: State) -> [CheckedContinuation<Int, any Error>] {
        state.withLockedValue { state in
            defer { state = settled }
            if case .pending(let waiters) = state { return waiters }
            return []
        }
    }
}
