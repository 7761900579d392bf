// SPDX-License-Identifier: Apache-2.0

/// What was given back of a sale, or is being given back.
///
/// Source: issue on all commands §2.
public struct Amendments: Sendable, Equatable {
    /// One void or refund that counts.
    public struct Entry: Sendable, Equatable {
        /// Its transaction.
        public let id: TransactionID
        /// Its command.
        public let commandID: String
        /// Void or refund.
        public let type: CommandType
        /// How it stands.
        public let status: TransactionStatus
        /// How much it takes.
        public let amount: Money

        /// An entry from its parts.
        public init(
            id: TransactionID,
            commandID: String,
            type: CommandType,
            status: TransactionStatus,
            amount: Money
        ) {
            self.id = id
            self.commandID = commandID
            self.type = type
            self.status = status
            self.amount = amount
        }
    }

    /// How much was paid.
    public let paid: Money
    /// Every void and refund that counts, in the order of acceptance.
    public let entries: [Entry]

    /// The amendments of a sale, from all voids and refunds that name it.
    public init(of original: OriginalSale, among transactions: [Transaction]) {
        paid = original.amount
        entries = transactions.compactMap { transaction in
            guard transaction.times > 0, let amount = transaction.amount else { return nil }
            return Entry(
                id: transaction.id,
                commandID: transaction.command.commandID,
                type: transaction.command.content.type,
                status: transaction.status,
                amount: Money(amount.value * Int64(transaction.times), amount.currency)
            )
        }
    }

    /// What is left of the sale; never below zero, though a terminal may have given back more.
    public var remaining: Money {
        Money(max(0, entries.reduce(paid.value) { $0 - $1.amount.value }), paid.currency)
    }

    /// Why a void or refund of so much is refused; `nil` if it fits.
    ///
    /// One void at a time and none beside a refund follows from the sums: a void takes everything.
    public func obstacle(to amount: Money) -> CommandFault? {
        guard amount.value > remaining.value else { return nil }
        return CommandFault(
            "original",
            .exceedsRemaining,
            "of \(paid.value) \(paid.currency.rawValue) only \(remaining.value) are left; what is under way counts in full"
        )
    }
}

extension Transaction {
    /// How often it takes its amount from what is left of its original.
    ///
    /// What is under way or in doubt counts in full; what ended without effect does not. Each payment that evidence tells of beside
    /// its status counts once more, and so does a second one of which nobody knows what became.
    fileprivate var times: Int {
        let further = contradictions.count { $0.code.speaksOfPayment || $0.code == .secondSale }
        switch state {
        case .accepted, .submitting, .submitted, .inDoubt, .approved, .completed: return 1 + further
        case .declined, .notCompleted, .failed: return further
        }
    }
}

extension TransactionMachine {
    /// Tells that what was given back of a sale has changed; nothing else about the sale does.
    public static func amend(
        _ original: Transaction,
        _ amendments: Amendments
    ) -> Transition {
        var next = Transition(transaction: original)
        next.transaction.sequence += 1
        next.events.append(EventDraft(snapshot: next.transaction, amendments: amendments))
        return next
    }
}

extension Transition {
    /// Whether money of the original was given back by it, or turned out to have been.
    public var amendsOriginal: Bool {
        guard transaction.effect.hasOriginal else { return false }
        return events.contains { draft in
            draft.contradiction.map { $0.code.speaksOfPayment } ?? (draft.snapshot.state == .approved)
        }
    }
}
