// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger
internal import NIOConcurrencyHelpers

/// The outbox entries of one kind on their way to the one who publishes them.
///
/// *Isolation*: appended to by the store's writer, after the commit and before its callers are told; asked by one task.
final class OutboxSource: Sendable {
    /// How often the outbox is read although nothing was appended, and how long `wait` takes at most.
    static let longestWait = Duration.seconds(1)

    private struct State {
        var order = OutboxOrder()
        var waiter: CheckedContinuation<Bool, Never>?
        /// Since when a reading is under way or has failed.
        var unreadSince: ContinuousClock.Instant?
    }

    private let state = NIOLockedValueBox(State())

    /// Adds what a commit appended, and wakes the task that waits.
    func append(_ entries: [OutboxEntry]) {
        wake { $0.order.append(entries) }
    }

    /// Lets the outbox be read again.
    func lookAgain() {
        wake { $0.order.lookAgain() }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLockedValue { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: true)
    }

    /// What to do next.
    func next(limit: Int) -> OutboxOrder.Step {
        state.withLockedValue { state in
            let step = state.order.step(limit: limit)
            if case .read = step { state.unreadSince = state.unreadSince ?? .now }
            return step
        }
    }

    /// Takes in the unrouted entries that are due; those to hand out, `nil` if none.
    func finishUnrouted(_ page: [OutboxEntry]) -> [OutboxEntry]? {
        finish { $0.finishUnrouted(page) }
    }

    /// Takes in a page of pending entries; those to hand out, `nil` if none.
    func finishPending(_ page: [OutboxEntry], isLast: Bool) -> [OutboxEntry]? {
        finish { $0.finishPending(page, isLast: isLast) }
    }

    private func finish(_ read: (inout OutboxOrder) -> [OutboxEntry]) -> [OutboxEntry]? {
        state.withLockedValue { state in
            state.unreadSince = nil
            let entries = read(&state.order)
            return entries.isEmpty ? nil : entries
        }
    }

    /// Leaves a page that could not be read.
    func giveUpReading() {
        state.withLockedValue { $0.order.giveUpReading() }
    }

    /// Forgets entries whose settlement is durable.
    func settle(_ positions: [Int64]) {
        state.withLockedValue { $0.order.settle(positions) }
    }

    /// For how long a reading has not succeeded; `nil` where the last one did.
    var unreadFor: Duration? {
        state.withLockedValue { $0.unreadSince?.duration(to: .now) }
    }

    /// Waits until there may be something; `false` if the task was cancelled.
    func wait() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLockedValue { state -> Bool? in
                    precondition(state.waiter == nil, "one task asks for one kind")
                    if Task.isCancelled { return true }
                    // Something may have come since the look that found nothing.
                    if state.order.hasWork { return false }
                    state.waiter = continuation
                    return nil
                }
                if let isCancelled { continuation.resume(returning: !isCancelled) }
            }
        } onCancel: {
            let waiter = state.withLockedValue { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: false)
        }
    }
}

/// The sources of a store, one of each kind, because each has a publisher of its own.
final class OutboxSources: Sendable {
    private let events = OutboxSource()
    private let deadLetters = OutboxSource()

    subscript(kind: OutboxEntry.Kind) -> OutboxSource {
        switch kind {
        case .event: events
        case .deadLetter: deadLetters
        }
    }

    /// Adds what a commit appended, each to the source of its kind.
    func append(_ entries: [OutboxEntry]) {
        guard !entries.isEmpty else { return }
        let letters = entries.filter { $0.kind == .deadLetter }
        guard !letters.isEmpty else { return events.append(entries) }
        let rest = entries.filter { $0.kind == .event }
        if !rest.isEmpty { events.append(rest) }
        deadLetters.append(letters)
    }

    /// Forgets entries whose settlement is durable.
    func settle(_ positions: [Int64]) {
        events.settle(positions)
        deadLetters.settle(positions)
    }

    /// Lets the outbox be read again and again, until the task is cancelled.
    func remind() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: OutboxSource.longestWait)
            events.lookAgain()
            deadLetters.lookAgain()
        }
    }
}
