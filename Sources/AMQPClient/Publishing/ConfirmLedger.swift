// SPDX-License-Identifier: Apache-2.0

/// Keeps which publish each delivery tag stands for, and settles them by the broker's confirms.
///
/// Pure: no clock and no connection. Tags start at 1 with the channel and count its publishes. `Waiter` is the type
/// that the caller waits with; the ledger only hands it back, exactly once.
/// Source: RabbitMQ, "Publisher Confirms"; a return carries no tag and arrives before the confirm of its message.
struct ConfirmLedger<Waiter> {
    /// A publish whose outcome is known.
    struct Settled {
        let waiter: Waiter
        let outcome: PublishOutcome
        let bytes: Int
    }

    /// A confirm that no honest broker sends.
    enum Fault: Error, Equatable {
        case unknownTag(UInt64)
    }

    private enum Entry {
        case pending(Waiter, PublishIdentity, bytes: Int, deadline: ContinuousClock.Instant, returned: PublishOutcome?)
        /// Its outcome was given before the broker spoke; the tag is still to come.
        ///
        /// Before it a return may come, which must not be taken for that of a later publish of the same message.
        case expired(PublishIdentity, isReturned: Bool)
        case done
    }

    private var entries = FIFO<Entry>()
    private var oldestTag: UInt64 = 1

    /// How many tags the broker still owes, expired ones included.
    var owed: Int { entries.count }

    /// Notes a publish before it is written, and answers its tag.
    mutating func record(
        _ waiter: Waiter,
        identity: PublishIdentity,
        bytes: Int,
        deadline: ContinuousClock.Instant
    ) -> UInt64 {
        entries.append(.pending(waiter, identity, bytes: bytes, deadline: deadline, returned: nil))
        return oldestTag + UInt64(entries.count) - 1
    }

    /// Takes a `basic.return`: the confirm of that message will mean `returned`.
    mutating func markReturned(_ identity: PublishIdentity, code: Int, text: String) {
        for offset in 0..<entries.count {
            switch entries[offset] {
            case .pending(let waiter, identity, let bytes, let deadline, nil):
                let outcome = PublishOutcome.returned(code: code, text: text)
                entries[offset] = .pending(waiter, identity, bytes: bytes, deadline: deadline, returned: outcome)
                return
            case .expired(identity, isReturned: false):
                entries[offset] = .expired(identity, isReturned: true)
                return
            case .pending, .expired, .done: continue
            }
        }
    }

    /// Takes a `basic.ack`.
    mutating func acknowledge(
        tag: UInt64,
        multiple: Bool,
        into settled: inout [Settled]
    ) throws(Fault) {
        try settle(tag: tag, multiple: multiple, into: &settled) { $0 ?? .confirmed }
    }

    /// Takes a `basic.nack`.
    mutating func reject(tag: UInt64, multiple: Bool, into settled: inout [Settled]) throws(Fault) {
        try settle(tag: tag, multiple: multiple, into: &settled) { _ in .rejected }
    }

    /// Ends the publishes whose deadline has come, without waiting for the broker any longer.
    mutating func expire(at now: ContinuousClock.Instant, into settled: inout [Settled]) {
        for offset in 0..<entries.count {
            guard case .pending(let waiter, let identity, let bytes, let deadline, let returned) = entries[offset]
            else {
                continue
            }
            // They are recorded in the order of their deadlines, so the first that is not due ends the search.
            guard deadline <= now else { return }
            entries[offset] = .expired(identity, isReturned: returned != nil)
            settled.append(Settled(waiter: waiter, outcome: .unconfirmed(.deadline), bytes: bytes))
        }
    }

    /// The earliest deadline of a pending publish.
    var nextDeadline: ContinuousClock.Instant? {
        for offset in 0..<entries.count {
            if case .pending(_, _, _, let deadline, _) = entries[offset] { return deadline }
        }
        return nil
    }

    /// Ends all publishes, because the channel or the connection has ended, and starts at tag 1 again.
    mutating func end(_ reason: UnconfirmedReason, into settled: inout [Settled]) {
        for entry in entries.removeAll() {
            if case .pending(let waiter, _, let bytes, _, _) = entry {
                settled.append(Settled(waiter: waiter, outcome: .unconfirmed(reason), bytes: bytes))
            }
        }
        oldestTag = 1
    }

    private mutating func settle(
        tag: UInt64,
        multiple: Bool,
        into settled: inout [Settled],
        outcome: (PublishOutcome?) -> PublishOutcome
    ) throws(Fault) {
        // Tag 0 with `multiple` means all so far.
        let last = tag == 0 && multiple ? oldestTag + UInt64(entries.count) - 1 : tag
        guard last < oldestTag + UInt64(entries.count) else { throw .unknownTag(tag) }
        // An older tag was settled before: a repeated confirm changes nothing.
        guard last >= oldestTag else { return }
        let lastOffset = Int(last - oldestTag)
        for offset in (multiple ? 0 : lastOffset)...lastOffset {
            if case .pending(let waiter, _, let bytes, _, let returned) = entries[offset] {
                settled.append(Settled(waiter: waiter, outcome: outcome(returned), bytes: bytes))
            }
            entries[offset] = .done
        }
        while case .done? = entries.first {
            _ = entries.popFirst()
            oldestTag += 1
        }
    }
}

/// What identifies a returned message among those on their way.
struct PublishIdentity: Equatable {
    let messageID: String?
    let exchange: String
    let routingKey: String
}

extension PublishIdentity {
    init(_ message: AMQPMessage) {
        self.init(
            messageID: message.properties.messageID,
            exchange: message.exchange,
            routingKey: message.routingKey
        )
    }
}
