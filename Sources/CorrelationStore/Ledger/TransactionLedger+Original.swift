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
/// *Source*: issue on all commands §2.
extension TransactionLedger {
    /// The sale that a candidate is about, if it may go on.
    func original(of candidate: Transaction) throws -> OriginalFinding {
        guard let reference = candidate.command.content.original else { return .none }
        switch reference {
        case .transaction(let id): return try own(rows.transaction(id), for: candidate)
        case .command(let commandID):
            return try own(rows.transaction(ofCommand: commandID, account: account(of: candidate)), for: candidate)
        case .receipt(let receipt):
            for spelling in receipt.spellings {
                if let transaction = try rows.sale(with: spelling, account: account(of: candidate)) {
                    return try own(transaction, for: candidate, as: receipt)
                }
            }
            if let namesake = try namesake(of: receipt, for: candidate) { return .refused(namesake) }
            return try foreign(receipt, for: candidate)
        }
    }

    /// Tells that something was given back of a sale that the bridge made.
    func announceAmendments(of original: OriginalSale?, at instant: Timestamp) throws {
        guard let original, original.commandID != nil, let sale = try rows.transaction(original.id) else { return }
        let amendments = Amendments(of: original, among: try amendments(of: original, account: account(of: sale)))
        let transition = TransactionMachine.amend(sale, amendments)
        try rows.update(transition.transaction, from: sale, at: instant)
        try append(transition.events, at: instant)
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
        guard let sale = OriginalSale(found) else {
            return refused(.originalNotPaid, "it was not paid, as far as is known")
        }
        if let receipt, receipt.amount != sale.amount {
            return refused(.originalMismatch, "the receipt's amount is another one", at: "original.getnet.amount")
        }
        if candidate.effect == .void {
            guard found.command.content.terminal.isSame(as: candidate.command.content.terminal) else {
                return refused(.originalMismatch, "a sale is voided at its own terminal", at: "terminal")
            }
            if let fault = try tooLate(found.completedAt ?? found.acceptedAt, for: candidate) {
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

    /// Why a receipt is refused that Getnet could not tell from one of the bridge's own sales.
    ///
    /// A refund names its sale by what the country sends; a mistake in the rest would give the same sale a second cap.
    private func namesake(of receipt: SaleReceipt, for candidate: Transaction) throws -> OriginalRefusal? {
        for spelling in receipt.spellings {
            for sale in try rows.sales(authorizedBy: spelling.authorizationCode, account: account(of: candidate))
            where isOneToGetnet(sale, receipt, for: candidate) {
                let message = "a sale with this authorization and amount has another number or day"
                return OriginalRefusal(fault: CommandFault("original.getnet", .originalMismatch, message))
            }
        }
        return nil
    }

    /// Whether a refund of the one is on the wire a refund of the other; a void's number is read at the terminal first.
    private func isOneToGetnet(_ sale: OriginalSale, _ receipt: SaleReceipt, for candidate: Transaction) -> Bool {
        let facts = candidate.profile?.facts ?? []
        guard candidate.effect == .refund, facts.contains(.authorizationCode) else { return false }
        return sale.amount == receipt.amount
            && (!facts.contains(.operationID) || sale.operationID == receipt.operationID)
            && (!facts.contains(.originalDate) || sale.date == receipt.date)
    }

    // MARK: - Other sales

    /// A sale that the bridge did not make gets a record, so that all commands about it share what is left.
    private func foreign(_ receipt: SaleReceipt, for candidate: Transaction) throws -> OriginalFinding {
        // Of the day nothing but its end is certain, in whatever zone.
        if candidate.effect == .void, let day = Timestamp.beginning(ofDay: receipt.date),
            let fault = try tooLate(day + Self.longestDay, for: candidate)
        {
            return .refused(OriginalRefusal(fault: fault))
        }
        guard let known = try record(of: receipt, for: candidate) else {
            let sale = OriginalSale(receipt, id: TransactionID(at: candidate.acceptedAt, random: rules.random()))
            let finding = try weigh(sale, for: candidate, conflict: nil)
            if case .sale = finding {
                try rows.insertForeignSale(sale, account: account(of: candidate), at: candidate.acceptedAt)
            }
            return finding
        }
        guard known.amount == receipt.amount else {
            let fault = CommandFault(
                "original.getnet.amount",
                .originalMismatch,
                "an earlier command named another amount for this receipt"
            )
            return .refused(OriginalRefusal(fault: fault))
        }
        return try weigh(known, for: candidate, conflict: nil)
    }

    private func record(of receipt: SaleReceipt, for candidate: Transaction) throws -> OriginalSale? {
        for spelling in receipt.spellings {
            if let known = try rows.foreignSale(with: spelling, account: account(of: candidate)) { return known }
        }
        return nil
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
        let known = try amendments(of: sale, for: candidate)
        let amendments = Amendments(of: sale, among: known)
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
        let others = try amendments(of: sale, for: transaction).filter { $0.id != transaction.id }
        return Amendments(of: sale, among: others).obstacle(to: transaction.amount ?? sale.amount) != nil
    }

    /// Voids and refunds of a sale, those of other records included that Getnet could not tell from it.
    private func amendments(of sale: OriginalSale, for candidate: Transaction) throws -> [Transaction] {
        var known = try amendments(of: sale, account: account(of: candidate))
        guard sale.commandID == nil, let receipt = sale.receipt else { return known }
        for spelling in receipt.spellings {
            let records = try rows.foreignSales(
                authorizedBy: spelling.authorizationCode,
                account: account(of: candidate)
            )
            let others = records.filter { $0.id != sale.id && isOneToGetnet($0, receipt, for: candidate) }
            known += try rows.amendments(of: others.map(\.id))
        }
        return known
    }

    /// Voids and refunds of a sale, also those from a time when the store did not know that the sale was its own.
    private func amendments(of sale: OriginalSale, account: String) throws -> [Transaction] {
        var names = [sale.id]
        if sale.commandID != nil, let code = sale.authorizationCode {
            let records = try rows.foreignSales(authorizedBy: code, account: account)
            names += records.filter { record in record.receipt.map(sale.mayBe) ?? false }.map(\.id)
        }
        return try rows.amendments(of: names)
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
