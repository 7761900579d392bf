// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// The callbacks that wait for their commit: how many, for how long, and each of them for a limited time.
///
/// One timer serves all of them, and stands only while one waits: a task of its own for each cost as much as reading
/// the callback.
final class WaitingCallbacks: Sendable {
    private struct Entry {
        let since: ContinuousClock.Instant
        let giveUp: @Sendable () -> Void
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var last = 0
        var hasTimer = false
        /// Those that were answered already, and go on: how many, and how many bytes they hold.
        var answered = 0
        var answeredBytes = 0
    }

    /// How many answered callbacks go on behind a commit that does not come back; Getnet sends the others again.
    static let longestTail = 1_024
    /// How many bytes these may hold.
    static let largestTail = 16 * 1_024 * 1_024

    private let state = NIOLockedValueBox(State())
    private let limit: Duration

    /// How long each of them waits at most.
    init(limit: Duration) {
        self.limit = limit
    }

    /// Waits for the end of something that goes on by itself, without a task of its own.
    ///
    /// A task costs two more hand-overs between threads, which at a shop's pace is a seventh of what a charge costs
    /// (docs/benchmark.md).
    ///
    /// - Parameter begin: Begins it. It gets what is to be called once with the result; that answers whether the caller
    ///   still waits.
    /// - Returns: The result; `nil` where that takes longer than the limit.
    func result<Value: Sendable>(
        of begin: (_ done: @escaping @Sendable (Value) -> Bool) -> Void
    ) async -> Value? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
            let ticket = enter { continuation.resume(returning: nil) }
            begin { value in
                guard self.leave(ticket) != nil else { return false }
                continuation.resume(returning: value)
                return true
            }
        }
    }

    /// Waits for a piece of work; the work itself goes on to its end.
    ///
    /// - Returns: What it came to; `nil` where that takes longer than the limit.
    func outcome(of work: @escaping @Sendable () async -> CallbackOutcome) async -> CallbackOutcome? {
        await result { done in
            Task { _ = done(await work()) }
        }
    }

    /// A place for something that goes on although its caller was answered; `nil` where too many do.
    ///
    /// - Returns: What gives the place back, to be called once.
    func place(size: Int) -> (@Sendable () -> Void)? {
        let goes = state.withLockedValue { state in
            guard state.answered < Self.longestTail, state.answeredBytes + size <= Self.largestTail else {
                return false
            }
            state.answered += 1
            state.answeredBytes += size
            return true
        }
        guard goes else { return nil }
        return {
            self.state.withLockedValue { state in
                state.answered -= 1
                state.answeredBytes -= size
            }
        }
    }

    /// Lets a piece of work go on for which no caller waits; `false` where too many do.
    @discardableResult
    func goOn(size: Int, with work: @escaping @Sendable () async -> CallbackOutcome) -> Bool {
        guard let giveBack = place(size: size) else { return false }
        Task {
            _ = await work()
            giveBack()
        }
        return true
    }

    private func enter(_ giveUp: @escaping @Sendable () -> Void) -> Int {
        let entry = Entry(since: .now, giveUp: giveUp)
        let (ticket, needsTimer) = state.withLockedValue { state in
            state.last += 1
            state.entries[state.last] = entry
            defer { state.hasTimer = true }
            return (state.last, !state.hasTimer)
        }
        if needsTimer { Task { await giveUpInTime() } }
        return ticket
    }

    private func leave(_ ticket: Int) -> Entry? { state.withLockedValue { $0.entries.removeValue(forKey: ticket) } }

    private func giveUpInTime() async {
        while let due = nextDue() {
            try? await Task.sleep(until: due, clock: .continuous)
            let late = state.withLockedValue { state in state.entries.filter { $0.value.since + limit <= .now }.keys }
            for ticket in late { leave(ticket)?.giveUp() }
        }
    }

    /// When the oldest has waited long enough; `nil` if none waits, and the timer ends.
    private func nextDue() -> ContinuousClock.Instant? {
        state.withLockedValue { state in
            let oldest = state.entries.values.map(\.since).min()
            if oldest == nil { state.hasTimer = false }
            return oldest.map { $0 + limit }
        }
    }

    /// How many there are, and how long the oldest has waited.
    var load: QueueLoad {
        state.withLockedValue { state in
            let oldest = state.entries.values.map(\.since).min()
            return QueueLoad(count: state.entries.count, age: oldest?.duration(to: .now) ?? .zero)
        }
    }
}
