// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// Wakes one waiting task; a signal that comes while no task waits is kept, several are one.
final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: (id: Int, continuation: CheckedContinuation<Void, Never>)?
        var nextWaiter = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Wakes the waiting task, or lets the next wait return at once.
    func raise() {
        let waiter = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isRaised = true
                return nil
            }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume()
    }

    /// Returns at the next signal, or when the task is cancelled.
    ///
    /// One task waits at a time.
    func wait() async {
        let id = state.withLockedValue { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLockedValue { state in
                    precondition(state.waiter == nil, "one task waits at a time")
                    if state.isRaised || Task.isCancelled {
                        state.isRaised = false
                        return true
                    }
                    state.waiter = (id, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
                guard let waiter = state.waiter, waiter.id == id else { return nil }
                state.waiter = nil
                return waiter.continuation
            }
            waiter?.resume()
        }
    }

    /// Returns at the next signal, or at the latest after `duration`; answers whether it was the signal.
    @discardableResult
    func wait(atMost duration: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.wait()
                return true
            }
            group.addTask {
                try? await Task.sleep(for: duration)
                return false
            }
            let isSignal = await group.next() ?? false
            group.cancelAll()
            return isSignal
        }
    }
}
