// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// A bounded line of work between tasks: first in, first out, each piece taken by one task.
final class WorkQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: ArraySlice<(element: Element, since: ContinuousClock.Instant)> = []
        var waiters: [(id: Int, continuation: CheckedContinuation<Element?, Never>)] = []
        var nextWaiter = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = NIOLockedValueBox(State())

    /// An empty line that holds at most so many pieces.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many pieces wait.
    var count: Int { state.withLockedValue { $0.elements.count } }

    /// How many pieces wait, and how long the oldest of them has.
    var load: QueueLoad {
        state.withLockedValue { state in
            QueueLoad(count: state.elements.count, age: state.elements.first?.since.duration(to: .now) ?? .zero)
        }
    }

    /// Puts a piece at the end; `false` if the line is full or closed.
    func offer(_ element: Element) -> Bool {
        let (accepted, waiter) = state.withLockedValue { state -> (Bool, CheckedContinuation<Element?, Never>?) in
            guard !state.isClosed, state.elements.count < limit else { return (false, nil) }
            if !state.waiters.isEmpty { return (true, state.waiters.removeFirst().continuation) }
            state.elements.append((element, .now))
            return (true, nil)
        }
        waiter?.resume(returning: element)
        return accepted
    }

    /// The next piece.
    ///
    /// `nil` once the line is closed or the task is cancelled. What still waits then is left where it is.
    func next() async -> Element? {
        let id = state.withLockedValue { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate: Element?? = state.withLockedValue { state in
                    if state.isClosed || Task.isCancelled { return .some(nil) }
                    if let element = state.elements.popFirst()?.element {
                        if state.elements.isEmpty { state.elements = [] }
                        return .some(element)
                    }
                    state.waiters.append((id, continuation))
                    return .none
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let waiter = state.withLockedValue { state -> CheckedContinuation<Element?, Never>? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(returning: nil)
        }
    }

    /// What was left where it is when the line was closed, once.
    func leftOver() -> [Element] {
        state.withLockedValue { state in
            guard state.isClosed else { return [] }
            defer { state.elements = [] }
            return state.elements.map(\.element)
        }
    }

    /// Ends every wait, now and later.
    func close() {
        let waiters = state.withLockedValue { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
    }
}
