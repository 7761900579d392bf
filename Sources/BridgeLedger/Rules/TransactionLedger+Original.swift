// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Why a void or a refund is not taken, and because of which sale.
struct OriginalRefusal {
    let fault: CommandFault
    var conflict: CommandRejection.Conflict?
}

/// What a command says of an earlier sale, held against what the store knows.
enum OriginalFinding {
    /// It is about none.
    case none
    /// It may be taken back, or so much of it.
    case sale(OriginalSale)
    /// It may not.
    case refused(OriginalRefusal)
}

/// Voids and refunds: which sale they are about, and how much of it is left.
///
/// All of it is one commit with the acceptance, so that two commands never share what only one of them can have.
/// *Source*: docs/promises.md 2.8, 4.12; decision 0008.
extension TransactionLedger {
    /// The sale that a candidate is about, if it may go on.
    func original(of candidate: Transaction) throws -> OriginalFinding {
        guard let reference = candidate.command.content.original else { return .none }
        switch reference {
        case .transaction(let id): return try own(rows.transaction(id), for: candidate)
        case .command(let commandID):
            return try own(rows.transaction(ofCommand: commandID, account: account(of: candidate)), for: candidate)
        case .receipt(let receipt):
            let key = SaleReceipt.authorizationKey(receipt.authorizationCode)
            try rows.lock(.sale(key, account: account(of: candidate)))
            let sales = try rows.sales(authorizedBy: key, account: account(of: candidate))
            if let named = sales.first(where: { OriginalSale($0)?.mayBe(receipt) ?? false }) {
                return try own(named, for: candidate, as: receipt)
            }
            let asked = OriginalSale(receipt, id: candidate.id)
            if sales.compactMap(OriginalSale.init).contains(where: { isOne($0, asked, for: candidate) }) {
                return .refused(Self.namesake)
            }
            return try foreign(receipt, for: candidate)
        }
    }

    /// Tells that something was given back of a sale that the bridge made.
    func announceAmendments(of amendment: Transaction, at instant: Timestamp) throws {
        guard let original = amendment.original else { return }
        try rows.lock(LedgerLock(original, account: account(of: amendment)))
        guard let sale = try transaction(of: original, account: account(of: amendment)) else { return }
        let amendments = try amendments(of: OriginalSale(sale) ?? original, for: sale)
        let transition = TransactionMachine.amend(sale, amendments)
        try rows.update(transition.transaction, from: sale, at: instant)
        try append(transition.events, at: instant)
    }

    /// The transaction that made a sale, also where the sale was recorded before the store knew that.
    private func transaction(of original: OriginalSale, account: String) throws -> Transaction? {
        guard original.commandID == nil else { return try rows.transaction(original.id) }
        guard let receipt = original.receipt, let key = original.authorizationKey else { return nil }
        return try rows.sales(authorizedBy: key, account: account).first { OriginalSale($0)?.mayBe(receipt) ?? false }
    }

    private func account(of transaction: Transaction) -> String { transaction.command.content.account }

    // MARK: - Sales of the bridge

    private func own(
        _ found: Transaction?,
        for candidate: Transaction,
        as receipt: SaleReceipt? = nil
    ) throws -> OriginalFinding {
        guard let found, account(of: found) == account(of: candidate) else {
            return .refused(OriginalRefusal(fault: Self.unknownOriginal))
        }
        func refused(_ code: CommandFault.Code, _ message: String, at path: String = "original") -> OriginalFinding {
            .refused(OriginalRefusal(fault: CommandFault(path, code, message), conflict: conflict(with: found)))
        }
        guard found.effect == .sale else { return refused(.originalMismatch, "it is no sale") }
        guard let paid = OriginalSale(found) else {
            return refused(.originalNotPaid, "it was not paid, as far as is known")
        }
        // A thin result, or an operator's word, lacks what the customer's slip shows.
        let sale = receipt.map(paid.completed) ?? paid
        if let receipt, receipt.amount != sale.amount {
            return refused(.originalMismatch, "the receipt's amount is another one", at: "original.getnet.amount")
        }
        if candidate.effect == .void {
            guard found.command.content.terminal.isSame(as: candidate.command.content.terminal) else {
                return refused(.originalMismatch, "a sale is voided at its own terminal", at: "terminal")
            }
            if let fault = try tooLate(found.outcome.completedAt ?? found.acceptedAt, for: candidate) {
                return .refused(OriginalRefusal(fault: fault, conflict: conflict(with: found)))
            }
        }
        return try weigh(sale, for: candidate, conflict: conflict(with: found))
    }

    private func conflict(with sale: Transaction) -> CommandRejection.Conflict {
        CommandRejection.Conflict(transactionID: sale.id, status: sale.status, differs: nil)
    }

    private static var unknownOriginal: CommandFault {
        CommandFault("original", .unknownTransaction, "there is no such transaction")
    }

    /// Why a receipt is refused that nearly fits a sale of the bridge: the same sale would have a second cap.
    private static var namesake: OriginalRefusal {
        let message =
            "a sale of this bridge with this authorization has another number, day or amount; if it is that sale, name it "
            + "by its transactionId; if it is another payment, give it back in Getnet's portal"
        return OriginalRefusal(fault: CommandFault("original.getnet", .originalMismatch, message))
    }

    /// Whether two names may be one sale's to Getnet, as the country of a command tells it of refunds.
    private func isOne(_ sale: OriginalSale, _ other: OriginalSale, for transaction: Transaction) -> Bool {
        let refund = CountryProfile.named(transaction.country)?.commands[.refund]
        return sale.mayBeOne(with: other, whereRefundsNameDay: refund?.facts.contains(.originalDate) ?? false)
    }

    // MARK: - Other sales

    /// A sale that the bridge did not make gets a record, so that all commands about it share what is left.
    private func foreign(_ receipt: SaleReceipt, for candidate: Transaction) throws -> OriginalFinding {
        // A receipt has a day and no zone: only when the day has ended everywhere it is certainly over.
        if candidate.effect == .void, let day = Timestamp.beginning(ofDay: receipt.date),
            let fault = try tooLate(day + Self.longestDay, for: candidate)
        {
            return .refused(OriginalRefusal(fault: fault))
        }
        let new = OriginalSale(receipt, id: TransactionID(at: candidate.acceptedAt, random: rules.random()))
        let records = try rows.foreignSales(
            authorizedBy: SaleReceipt.authorizationKey(receipt.authorizationCode),
            account: account(of: candidate)
        )
        guard let known = records.first(where: { $0.mayBe(receipt) }) else {
            let finding = try weigh(new, for: candidate, conflict: nil)
            if case .sale = finding {
                try rows.insertForeignSale(new, account: account(of: candidate), at: candidate.acceptedAt)
            }
            return finding
        }
        guard known.amount != receipt.amount else { return try weigh(known, for: candidate, conflict: nil) }
        // A mistyped amount is corrected as long as nothing was given back; after that the recorded amount is the cap.
        guard try amendments(of: known, for: candidate).entries.isEmpty else {
            let fault = CommandFault(
                "original.getnet.amount",
                .originalMismatch,
                "an earlier command named another amount for this receipt"
            )
            return .refused(OriginalRefusal(fault: fault))
        }
        let corrected = known.over(receipt.amount)
        let finding = try weigh(corrected, for: candidate, conflict: nil)
        if case .sale = finding { try rows.correctForeignSale(corrected) }
        return finding
    }

    /// From the first place on earth where a day begins in UTC until it has ended everywhere.
    private static var longestDay: Duration { .seconds(36 * 3_600) }

    // MARK: - What is left

    private func weigh(
        _ sale: OriginalSale,
        for candidate: Transaction,
        conflict: CommandRejection.Conflict?
    ) throws -> OriginalFinding {
        let facts = candidate.profile?.facts ?? []
        let isNamed =
            (sale.authorizationCode != nil || !facts.contains(.authorizationCode) && candidate.effect != .void)
            && (sale.operationID != nil || !facts.contains(.operationID))
            && (sale.date != nil || !facts.contains(.originalDate))
        guard isNamed else {
            let message = "Getnet's own numbers of it are not known; name it by its receipt, with getnet"
            let fault = CommandFault("original", .originalMismatch, message)
            return .refused(OriginalRefusal(fault: fault, conflict: conflict))
        }
        let amendments = try amendments(of: sale, for: candidate)
        let asked = candidate.effect == .void ? sale.amount : candidate.command.content.amount ?? sale.amount
        guard let fault = amendments.obstacle(to: asked) else { return .sale(sale) }
        let left = conflict.map {
            CommandRejection.Conflict(
                transactionID: $0.transactionID,
                status: $0.status,
                differs: nil,
                remaining: amendments.remaining
            )
        }
        return .refused(OriginalRefusal(fault: fault, conflict: left))
    }

    /// Whether so much is not left any more as a void or refund takes; the last look in front of a POST.
    func exceedsRemaining(_ transaction: Transaction) throws -> Bool {
        guard let sale = transaction.original, transaction.state == .accepted else { return false }
        let others = try amendments(of: sale, for: transaction, except: transaction.id)
        return others.obstacle(to: transaction.amount ?? sale.amount) != nil
    }

    /// Voids and refunds of a sale, also those under other names that may be the same sale to Getnet.
    ///
    /// These are records from before the store knew the sale as its own, and mistaken receipts of a foreign sale.
    private func amendments(
        of sale: OriginalSale,
        for transaction: Transaction,
        except excluded: TransactionID? = nil
    ) throws -> Amendments {
        try rows.lock(LedgerLock(sale, account: account(of: transaction)))
        let records = try sale.authorizationKey.map {
            try rows.foreignSales(authorizedBy: $0, account: account(of: transaction))
        }
        let others = (records ?? []).filter { $0.id != sale.id && isOne($0, sale, for: transaction) }
        let known = try rows.amendments(of: [sale.id] + others.map(\.id)).filter { $0.id != excluded }
        // In a sale that the bridge did not make, every amount is only a person's word: the smallest one is the cap.
        let amounts = sale.commandID == nil ? others.map(\.amount.value) : []
        let cap = Money(amounts.reduce(sale.amount.value, min), sale.amount.currency)
        return Amendments(of: sale.over(cap), among: known)
    }

    /// Why a void comes too late, without asking the terminal.
    private func tooLate(_ end: Timestamp, for candidate: Transaction) throws -> CommandFault? {
        let limit = rules.transactionRules.voidMaxAge
        guard candidate.acceptedAt - end <= limit else {
            return CommandFault("original", .originalTooOld, "it is too old to be voided; refund it instead")
        }
        let closed = try rows.lastClose(
            at: candidate.command.content.terminal.idTerminal,
            account: account(of: candidate),
            acceptedAfter: candidate.acceptedAt - limit
        )
        guard let closed, closed > end else { return nil }
        return CommandFault("original", .batchClosed, "the terminal's batch was closed since; refund it instead")
    }
}
