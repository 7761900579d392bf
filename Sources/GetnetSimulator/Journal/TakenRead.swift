// SPDX-License-Identifier: Apache-2.0

/// A read of a journal that the cloud has decided about.
struct TakenRead: Sendable {
    /// Its number in the ledger.
    let number: Int
    /// The cloud's id of it.
    let idPosTxs: Int
    let request: JournalRequest
    /// What the cloud says at once; absent if the terminal was asked.
    let refusal: CloudMessage?
    /// What it meets.
    let fault: Fault?
    /// When the terminal has answered, or the cloud has given up.
    let finishesAt: Duration
    /// When a connection that gets no answer is reset.
    let givenUpAt: Duration
    /// What the terminal has read; absent if it was not asked or took too long.
    let content: JournalContent?
    let clock: TerminalClock

    /// Whether there will be something to call back about.
    var finishesWithCallback: Bool { refusal == nil && fault != .journalServerError }

    /// The word of the ledger for its end.
    var ending: String {
        refusal.map { String(describing: $0) } ?? fault?.rawValue ?? "answered"
    }
}

/// What a terminal finds in its journal.
enum JournalContent: Sendable {
    /// The payments of the batch, oldest first.
    case rows([JournalRow])
    /// The last payment of the batch, if there is one, and the sale that it is of.
    case voucher(JournalRow?, SaleFacts?)
    /// The result of a sale, if it is one of the batch.
    case transaction(StartedSale?)
    /// The result of a void or refund of the batch.
    case movement(StartedCommand)

    /// The receipts of what was found.
    var receipts: [Int] {
        switch self {
        case .rows(let rows): rows.map(\.operationID)
        case .voucher(let row, _): row.map { [$0.operationID] } ?? []
        case .movement(let command): command.receipts
        case .transaction(let sale): sale?.journalRows.map(\.operationID) ?? []
        }
    }
}

extension StartedCommand {
    /// The receipts that it left in the journal.
    fileprivate var receipts: [Int] {
        guard plan.isDone else { return [] }
        switch facts.content {
        case .void: return facts.request.operationID.map { [$0] } ?? []
        case .refund(let receipt): return Array(receipt..<receipt + (plan.run?.outcome.payments ?? 1))
        case .nothing, .success, .connected, .totals, .voucher, .parameters: return []
        }
    }
}
