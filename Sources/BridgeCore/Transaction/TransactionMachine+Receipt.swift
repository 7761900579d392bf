// SPDX-License-Identifier: Apache-2.0

/// Asks the terminal what a receipt number stands for before a void is sent.
///
/// A void names a receipt by a number that begins again with every batch.
///
/// Source: docs/promises.md 4.11, decision 0008.
extension TransactionMachine {
    mutating func heedReceipt(_ reading: TransactionInput.ReceiptReading) {
        switch transaction.state {
        case .accepted where transaction.effect == .void: weighReceipt(reading)
        case .accepted, .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            next.finding = .refused
        }
    }

    /// A close tells what was in the batch that it closed; nothing that was read, or was not, keeps it back.
    mutating func heedBatch(_ reading: TransactionInput.BatchReading) {
        switch transaction.state {
        case .accepted where transaction.command.content.type == .close:
            transaction.preparation.batchReport = reading.report
            leaveToWorker()
        case .accepted, .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            next.finding = .refused
        }
    }

    private mutating func weighReceipt(_ reading: TransactionInput.ReceiptReading) {
        // An older look counts for nothing beside a newer one.
        transaction.preparation.receiptSeenAt = nil
        switch reading {
        case .seen:
            transaction.preparation.receiptSeenAt = now
            leaveToWorker()
        // It was there before a POST that was said to have started nothing: perhaps that one took it back.
        case .missing where transaction.posting.attempts > 0: doubt(.inconsistentResult)
        case .missing: finish(.failed, Reason(.originalNotInBatch))
        case .notRead(let refusal) where refusal.isTransient: wait(for: refusal)
        case .notRead(let refusal): finish(.failed, Reason(refusal.code))
        }
    }

    /// The task that read the receipt sends it now: no wake is needed until it expires.
    private mutating func leaveToWorker() { transaction.dueAt = transaction.command.expiresAt }
}

extension Transaction {
    /// Whether the open batch is to be read before the next POST: once, and again where the terminal was busy.
    public var needsBatchReading: Bool {
        guard command.content.type == .close, state == .accepted else { return false }
        return preparation.batchReport.map { $0 == TransactionInput.BatchReading(notRead: .terminalBusy).report }
            ?? true
    }

    /// Whether the terminal is to be asked for the receipt before the next POST.
    public var needsReceipt: Bool { effect == .void && preparation.receiptSeenAt == nil }

    /// Whether a row of the terminal's journal is the sale that a void is about.
    ///
    /// Number, authorization and amount are the original's, and the time where both have it.
    /// *Source*: docs/promises.md 4.11.
    public func isOriginal(_ row: JournalRow) -> Bool {
        guard let original, let operationID = original.operationID, let authorization = original.authorizationCode
        else {
            return false
        }
        let result = row.result
        let isSale = result.functionCode.map {
            $0 == CommandType.charge.functionCode || $0 == CommandType.promo.functionCode
        }
        return isSale ?? true && result.operationID == operationID
            && Spelling.isOne(result.authorizationCode, authorization)
            && result.amount == original.amount.value
            && (result.terminalID?.equalsIgnoringASCIICase(command.content.terminal.idTerminal) ?? true)
            && Self.agree(result.localTime, original.localTime)
    }

    /// Whether two times are one, as far as both are known: a receipt shows the day alone.
    private static func agree(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return true }
        return left.hasPrefix(right) || right.hasPrefix(left) || Spelling.isSameTime(left, right)
    }
}

extension TransactionInput.ReceiptReading {
    /// The reading in one word, for record and log.
    public var word: String {
        switch self {
        case .seen: "seen"
        case .missing: "missing"
        case .notRead(let refusal): refusal.code.rawValue
        }
    }
}
