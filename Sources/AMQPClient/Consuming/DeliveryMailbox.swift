// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// Hands deliveries from the connection's thread to the tasks that run the handler, one each.
///
/// It never holds more than the prefetch, which the broker keeps to and `offer` checks.
/// Isolation: any thread. Waiters are resumed outside the lock.
final class DeliveryMailbox: Sendable {
    private struct State {
        var deliveries = FIFO<Delivery>()
        var idle: [CheckedContinuation<Delivery?, Never>] = []
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Leaves a delivery for the next free task; answers whether there was room.
    func offer(_ delivery: Delivery) -> Bool {
        let (isTaken, waiter) = state.withLockedValue { state -> (Bool, CheckedContinuation<Delivery?, Never>?) in
            if let waiter = state.idle.popLast() { return (true, waiter) }
            guard !state.isClosed, state.deliveries.count < capacity else { return (false, nil) }
            state.deliveries.append(delivery)
            return (true, nil)
        }
        waiter?.resume(returning: delivery)
        return isTaken
    }

    /// Waits for a delivery; `nil` once the mailbox is closed.
    func next() async -> Delivery? {
        await withCheckedContinuation { waiter in
            let answer = state.withLockedValue { state -> Delivery?? in
                if let delivery = state.deliveries.popFirst() { return .some(delivery) }
                if state.isClosed { return .some(nil) }
                state.idle.append(waiter)
                return nil
            }
            if let answer { waiter.resume(returning: answer) }
        }
    }

    /// Takes back what no task has begun with.
    func takeAll() -> [Delivery] {
        state.withLockedValue { $0.deliveries.removeAll() }
    }

    /// Lets every task end.
    func close() {
        let idle = state.withLockedValue { state in
            state.isClosed = true
            _ = state.deliveries.removeAll()
            defer { state.idle.removeAll() }
            return state.idle
        }
        for waiter in idle {
            waiter.resume(returning: nil)
        }
    }
}
