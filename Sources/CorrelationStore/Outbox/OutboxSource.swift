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
        /// Since when the outbox should have been read; `nil` where the last reading succeeded.
        var unreadSince: ContinuousClock.Instant?
        var isClosed = false
    }

    private let state = NIOLockedValueBox(State())

    /// Adds what a commit appended, and wakes the task that waits.
    func append(_ entries: [OutboxEntry]) {
        wake { $0.order.append(entries) }
    }

    /// Lets the outbox be read again; until it was, it counts as unread.
    func lookAgain() {
        wake { state in
            state.order.lookAgain()
            state.unreadSince = state.unreadSince ?? .now
        }
    }

    /// Ends every wait; nothing is handed out any more.
    func close() {
        wake { $0.isClosed = true }
    }

    /// Whether it was closed.
    var isClosed: Bool { state.withLockedValue { $0.isClosed } }

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

    /// Takes in the unrouted entries that are due.
    func finishUnrouted(_ page: [OutboxEntry]) {
        finish { $0.finishUnrouted(page) }
    }

    /// Takes in a page of pending entries; see `OutboxOrder`.
    func finishPending(_ page: [OutboxEntry], isLast: Bool) {
        finish { $0.finishPending(page, isLast: isLast) }
    }

    private func finish(_ read: (inout OutboxOrder) -> Void) {
        state.withLockedValue { state in
            state.unreadSince = nil
            read(&state.order)
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

    /// For how long the outbox should have been read and was not; `nil` where the last reading succeeded.
    var unreadFor: Duration? {
        state.withLockedValue { $0.unreadSince?.duration(to: .now) }
    }

    /// Waits until there may be something, or the source is closed; `false` if the task was cancelled.
    func wait() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLockedValue { state -> Bool? in
                    precondition(state.waiter == nil, "one task asks for one kind")
                    if Task.isCancelled { return true }
                    // Something may have come since the look that found nothing.
                    if state.isClosed || state.order.hasWork { return false }
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

    /// Ends every wait.
    func close() {
        events.close()
        deadLetters.close()
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
