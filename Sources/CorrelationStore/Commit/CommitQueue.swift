// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import NIOConcurrencyHelpers

/// A change that waits for the commit that will cover it.
package struct QueuedChange<Ledger>: Sendable {
    /// Does the change within the open transaction and returns what tells its caller, to be called after the commit.
    package let perform: @Sendable (Ledger) throws -> @Sendable () -> Void
    /// Tells its caller that nothing of it is durable.
    package let refuse: @Sendable (StoreError) -> Void
    /// Since when it waits.
    package let since = ContinuousClock.now
}

/// The bounded queue in front of the one writer: concurrent changes are collected here and committed as one.
///
/// There is no timer: a change that finds the writer idle is committed at once and alone, and the changes that arrive
/// while a commit runs are the next batch. So a batch is as large as the disk is slow, and no caller waits longer than
/// two commits.
/// *Isolation*: callers from any task; `next` from the writer's thread only.
package final class CommitQueue<Ledger>: Sendable {
    /// How much is collected.
    package struct Limits: Sendable {
        /// Changes that one commit covers at most.
        package var batch: Int
        /// Changes that may wait; more are refused with `StoreError.overloaded`.
        package var queue: Int

        /// Limits from their parts.
        package init(batch: Int = 256, queue: Int = 8_192) {
            (self.batch, self.queue) = (batch, queue)
        }
    }

    private struct State {
        var waiting: [QueuedChange<Ledger>] = []
        var taken = 0
        /// The batch that the writer has in hand: how many changes, and since when the oldest of them waits.
        var inHand: (count: Int, since: ContinuousClock.Instant)?
        var stage = UncommittedChanges.Stage.changing
        var writerSleeps = false
        var isClosed = false

        mutating func takeFirst(_ count: Int) -> ArraySlice<QueuedChange<Ledger>> {
            guard waiting.count > count else {
                defer { waiting = [] }
                return waiting[...]
            }
            defer { waiting.removeFirst(count) }
            return waiting.prefix(count)
        }

        mutating func takeInHand(_ count: Int) -> ArraySlice<QueuedChange<Ledger>> {
            let batch = takeFirst(count)
            inHand = batch.first.map { (batch.count, $0.since) }
            stage = .changing
            return batch
        }
    }

    private let limits: Limits
    private let state = NIOLockedValueBox(State())
    private let wake = DispatchSemaphore(value: 0)

    /// An empty queue.
    package init(limits: Limits) {
        self.limits = limits
    }

    /// Queues a change and returns its value after the commit that covers it was synced.
    ///
    /// *Throws*: `overloaded` and `closed` before, anything else after the writer tried. A cancelled caller waits all
    /// the same: the change cannot be called back. Callers that come one after the other are committed in that order.
    ///
    /// `then` is told the value after the commit, on the writer's thread, in the order of the changes.
    package func commit<Value: Sendable>(
        _ change: @escaping @Sendable (Ledger) throws -> Value,
        then: @escaping @Sendable (Value) -> Void = { _ in }
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            submit(change, then: then) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Queues a change, for a caller that does not wait.
    ///
    /// `whenDone` is called once: with the value, after the commit and after `then`, or with the reason why nothing of
    /// the change is durable. It is called on the writer's thread, or by this call where the change is refused at once.
    package func submit<Value: Sendable>(
        _ change: @escaping @Sendable (Ledger) throws -> Value,
        then: @escaping @Sendable (Value) -> Void,
        whenDone: @escaping @Sendable (Result<Value, StoreError>) -> Void
    ) {
        let queued = QueuedChange<Ledger>(
            perform: { ledger in
                let value = try change(ledger)
                return {
                    then(value)
                    whenDone(.success(value))
                }
            },
            refuse: { whenDone(.failure($0)) }
        )
        if let refusal = append(queued) { queued.refuse(refusal) }
    }

    private func append(_ change: QueuedChange<Ledger>) -> StoreError? {
        let (refusal, writerSlept) = state.withLockedValue { state -> (StoreError?, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.waiting.count >= limits.queue { return (.overloaded, false) }
            state.waiting.append(change)
            state.taken += 1
            defer { state.writerSleeps = false }
            return (nil, state.writerSleeps)
        }
        if writerSlept { wake.signal() }
        return refusal
    }

    /// How many changes were taken in since it was made.
    package var taken: Int { state.withLockedValue { $0.taken } }

    /// What was taken in and is not durable yet.
    package var uncommitted: UncommittedChanges {
        state.withLockedValue { state in
            UncommittedChanges(
                count: state.waiting.count + (state.inHand?.count ?? 0),
                since: state.inHand?.since ?? state.waiting.first?.since,
                stage: state.inHand == nil ? nil : state.stage
            )
        }
    }

    /// Notes what the writer is at with the batch in hand, so that a wait that is too long can be told by its cause.
    func note(_ stage: UncommittedChanges.Stage) {
        state.withLockedValue { $0.stage = stage }
    }

    /// The next batch, oldest first, or `nil` once the queue is closed and empty.
    ///
    /// Blocks while there is none.
    package func next() -> ArraySlice<QueuedChange<Ledger>>? {
        while true {
            let (batch, isOver) = state.withLockedValue { state -> (ArraySlice<QueuedChange<Ledger>>?, Bool) in
                guard !state.waiting.isEmpty else {
                    state.inHand = nil
                    state.writerSleeps = !state.isClosed
                    return (nil, state.isClosed)
                }
                return (state.takeInHand(limits.batch), false)
            }
            if let batch { return batch }
            if isOver { return nil }
            wake.wait()
        }
    }

    /// Refuses every change, for a writer that could not begin.
    package func refuseEverything(_ error: StoreError) {
        while let batch = next() {
            for change in batch { change.refuse(error) }
        }
    }

    /// Refuses every further change; what waits is still committed.
    ///
    /// - Returns: Whether it was open until now.
    package func close() -> Bool {
        let (wasOpen, writerSlept) = state.withLockedValue { state in
            defer { (state.isClosed, state.writerSleeps) = (true, false) }
            return (!state.isClosed, state.writerSleeps)
        }
        if writerSlept { wake.signal() }
        return wasOpen
    }
}
