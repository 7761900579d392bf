// SPDX-License-Identifier: Apache-2.0

/// What was given back of a sale, or is being given back.
///
/// Source: docs/promises.md 4.12, decision 0008.
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
            guard let taken = transaction.taken(from: original.amount) else { return nil }
            return Entry(
                id: transaction.id,
                commandID: transaction.command.commandID,
                type: transaction.command.content.type,
                status: transaction.status,
                amount: taken
            )
        }
    }

    /// What is left of the sale; never below zero, though a terminal may have given back more.
    public var remaining: Money {
        Money(max(0, paid.value - Money.saturatingSum(entries.map(\.amount.value))), paid.currency)
    }

    /// Why a void or refund of so much is refused; `nil` if it fits.
    ///
    /// One void at a time and none beside a refund follows from the sums: a void takes everything.
    public func obstacle(to amount: Money) -> CommandFault? {
        guard amount.value > remaining.value else { return nil }
        return CommandFault(
            "original",
            .exceedsRemaining,
            "only \(remaining.text) of \(paid.text) are left (voids and refunds under way count in full)"
        )
    }
}

extension Transaction {
    /// How much it takes from what is left of its original; `nil` for nothing.
    ///
    /// One that is under way or in doubt counts in full; one that ended without effect does not. Each payment that
    /// evidence shows beside its status counts once more, and so does a second sale whose result is not known. Where
    /// the terminal reports more than was asked for, that counts; a payment that does not fit takes the whole sale.
    fileprivate func taken(from paid: Money) -> Money? {
        guard let asked = amount else { return nil }
        var parts = contradictions.known.compactMap { contradiction -> Int64? in
            switch contradiction.code {
            case .inconsistentPayment: paid.value
            case .secondPayment, .paidAfterAll: max(asked.value, contradiction.carriedPayment.amount ?? 0)
            case .secondSale: asked.value
            case .contraryVerdict: nil
            }
        }
        switch state {
        case .accepted, .submitting, .submitted, .inDoubt, .approved, .completed:
            let isPaid = state == .approved || result?.responseCode == .number(0)
            parts.append(max(asked.value, isPaid ? result?.amount ?? 0 : 0))
        case .declined, .notCompleted, .failed: break
        }
        return parts.isEmpty ? nil : Money(Money.saturatingSum(parts), asked.currency)
    }
}

extension Money {
    /// The sum, or the largest number where it is larger: what a terminal says may be anything.
    fileprivate static func saturatingSum(_ values: [Int64]) -> Int64 {
        values.reduce(0) { sum, value in
            let (result, overflow) = sum.addingReportingOverflow(max(0, value))
            return overflow ? .max : result
        }
    }
}

extension TransactionMachine {
    /// Ends a waiting void or refund, because too little is left of its sale; `nil` for one that does not wait.
    ///
    /// It fitted when it was accepted; evidence about another one may have come since.
    public static func withhold(
        _ transaction: Transaction,
        at now: Timestamp,
        rules: TransactionRules
    ) -> Transition? {
        guard transaction.state == .accepted else { return nil }
        var machine = TransactionMachine(transaction, at: now, rules: rules)
        machine.finish(.failed, Reason(.exceedsRemaining))
        return machine.next
    }

    /// Tells that what was given back of a sale has changed; nothing else about the sale does.
    public static func amend(
        _ original: Transaction,
        _ amendments: Amendments
    ) -> Transition {
        var next = Transition(transaction: original)
        next.transaction.sequence += 1
        next.events.append(EventDraft(snapshot: next.transaction, .amendments(amendments)))
        return next
    }
}

extension Transition {
    /// Whether money of the original was given back by it, or turned out to have been.
    public var amendsOriginal: Bool {
        guard transaction.effect.hasOriginal else { return false }
        return events.contains { draft in
            // A second sale whose result is not known counts, too.
            draft.occasion.contradiction.map { $0.code.speaksOfPayment || $0.code == .secondSale }
                ?? (draft.snapshot.state == .approved)
        }
    }
}
