// SPDX-License-Identifier: Apache-2.0

public import BridgeLedger
internal import NIOConcurrencyHelpers

/// What the commits append to the outbox, in memory, so that the relay does not read back what was just written.
///
/// It holds what was appended since the last `restart`, and only that much. A relay that begins or falls behind reads
/// the store up to its end after a restart and goes on from here. An entry may come by both ways; its position tells,
/// which only ascends because no entry of an outbox is ever deleted.
///
/// *Isolation*: appended to by the writer, after the commit and before its callers are told; taken from by one task.
public final class OutboxFeed: Sendable {
    /// Entries that it holds at most; with one more it drops all of them.
    public static let limit = 2_000

    private struct State {
        var entries: [OutboxEntry] = []
        /// No relay follows, or something was dropped.
        var isBroken = true
    }

    private let state = NIOLockedValueBox(State())

    /// A feed that no relay follows yet.
    init() {}

    /// Forgets what it holds; what is committed from now on is kept.
    ///
    /// Every entry that is not kept is in the store for a read that begins after this call.
    public func restart() {
        state.withLockedValue { $0 = State(entries: [], isBroken: false) }
    }

    /// Takes the first entries behind a position out; `nil` if some are missing.
    public func take(after position: Int64, limit: Int) -> [OutboxEntry]? {
        state.withLockedValue { state in
            guard !state.isBroken else { return nil }
            let start = state.entries.firstIndex { $0.position > position } ?? state.entries.endIndex
            let page = state.entries[start...].prefix(limit)
            guard page.endIndex < state.entries.endIndex else {
                defer { state.entries = [] }
                return Array(page)
            }
            state.entries.removeFirst(page.endIndex)
            return Array(page)
        }
    }

    /// Adds what a commit appended, positions ascending.
    func append(_ entries: [OutboxEntry]) {
        state.withLockedValue { state in
            guard !state.isBroken else { return }
            guard state.entries.count + entries.count <= Self.limit else {
                state = State()
                return
            }
            state.entries += entries
        }
    }
}

/// The feeds of a store, one of each kind, because each has a publisher of its own.
struct OutboxFeeds: Sendable {
    private let events = OutboxFeed()
    private let deadLetters = OutboxFeed()

    subscript(kind: OutboxEntry.Kind) -> OutboxFeed {
        switch kind {
        case .event: events
        case .deadLetter: deadLetters
        }
    }

    /// Adds what a commit appended, each to the feed of its kind.
    func append(_ entries: [OutboxEntry]) {
        guard !entries.isEmpty else { return }
        let letters = entries.filter { $0.kind == .deadLetter }
        guard !letters.isEmpty else { return events.append(entries) }
        events.append(entries.filter { $0.kind == .event })
        deadLetters.append(letters)
    }
}
