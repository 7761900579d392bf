// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A POST that the cloud has decided about.
struct TakenSale: Sendable {
    /// Its number in the ledger.
    let number: Int
    let request: SaleRequest
    let plan: SalePlan
    /// What was started at the terminal, if anything was.
    let started: StartedSale?

}

/// A sale that was started at a terminal.
struct StartedSale: Sendable {
    /// When its POST arrived, counted from the start of the simulator.
    let startedAt: Duration
    var plan: SalePlan
    let facts: SaleFacts

    /// The how-many-eth batch of its terminal it belongs to.
    let batch: Int
    /// How often its plan was changed.
    var revision = 0

    /// The payments that the terminal takes, as it remembers them.
    var journalRows: [JournalRow] {
        guard let run = plan.run else { return [] }
        let extra = if case .paid(let extra) = run.outcome { extra } else { 0 }
        return (0..<run.outcome.payments).map { index in
            JournalRow(
                idPosTxs: facts.idPosTxs,
                payment: index + 1,
                operationID: facts.operationID + index,
                amount: facts.request.amount + extra + run.tip,
                ticketNumber: facts.request.ticketNumber,
                finishedAt: startedAt + run.finishesAfter,
                seed: facts.seed,
                tip: run.tip,
                retelling: facts.retelling
            )
        }
    }
}

extension LedgerEntry {
    /// The entry of a POST that the cloud has decided about.
    init(_ taken: TakenSale, decision: Decision, receivedAt: Date, finishesAt: Date) {
        number = taken.number
        command = taken.request.promotion == nil ? "sale" : TerminalCommand.promotionSale.rawValue
        self.receivedAt = receivedAt
        customID = taken.request.customID
        ticketNumber = taken.request.ticketNumber
        amount = taken.request.amount
        terminal = Terminal(taken.request.terminal)
        webhook = taken.request.webhook
        scenario = decision.scenario
        reply = taken.course.held == nil ? taken.plan.reply.word : "held"
        faults = []
        appliedFaults = decision.faults.isEmpty ? [] : Fault.allCases.filter(decision.faults.contains)
        attempt = decision.draw?.attempt
        foundBusyWith = decision.occupant?.rawValue
        sale = taken.started.map {
            Sale(
                idPosTxs: $0.facts.idPosTxs,
                finishesAt: finishesAt,
                payments: $0.payments(at: finishesAt),
                repeats: $0.plan.repeated?.idPosTxs
            )
        }
        cancelledBy = nil
        callbacks = []
    }

    /// The entry of a POST with something wrong in it.
    init(_ faults: [RequestFault], number: Int, at receivedAt: Date) {
        self.number = number
        command = "sale"
        self.receivedAt = receivedAt
        customID = nil
        ticketNumber = nil
        amount = nil
        terminal = nil
        webhook = nil
        scenario = nil
        reply = "faulty"
        self.faults = faults
        appliedFaults = []
        attempt = nil
        foundBusyWith = nil
        sale = nil
        cancelledBy = nil
        callbacks = []
    }
}

extension LedgerEntry.Terminal {
    init(_ terminal: TerminalIdentity) {
        idTerminal = terminal.idTerminal
        idSucursal = terminal.idSucursal
        serialNumber = terminal.serialNumber
    }
}

extension StartedSale {
    /// The payments, as a void or refund finds them.
    ///
    /// - Parameters:
    ///   - post: the number of its POST.
    ///   - terminal: the key of its terminal.
    /// - Returns: the payments, in the order of their receipts.
    func knownPayments(ofPost post: Int, terminal: String) -> [KnownPayment] {
        journalRows.enumerated().map { index, row in
            KnownPayment(
                source: .sale(post: post, index: index),
                terminal: terminal,
                batch: batch,
                operationID: row.operationID,
                authorizationCode: facts.authorizationCode(payment: row.payment),
                amount: row.amount,
                finishedAt: row.finishedAt,
                day: String(facts.terminalTime.text.prefix(10)),
                key: facts.request.ticketNumber ?? "\(terminal) \(row.operationID)"
            )
        }
    }

    /// The payments that the terminal takes.
    ///
    /// - Parameter paidAt: the instant at which it is done.
    /// - Returns: the payments, in the order of their receipts.
    func payments(at paidAt: Date) -> [LedgerEntry.Payment] {
        journalRows.map { row in
            LedgerEntry.Payment(
                authorizationCode: facts.authorizationCode(payment: row.payment),
                operationID: row.operationID,
                amount: row.amount,
                paidAt: paidAt,
                terminalTime: facts.terminalTime.text,
                tip: row.tip
            )
        }
    }
}

extension SaleReply {
    /// The reply in one word; that of a refusal is its message's, that of a flood its status's.
    var word: String {
        switch self {
        case .refused(let message): String(describing: message)
        case .flooded(let answer): answer.word
        case .hiding(let hidden): hidden.word
        default: String(describing: self)
        }
    }
}

extension Report {
    /// The report in one word.
    var kind: String {
        switch self {
        case .result: "result"
        case .message: "message"
        case .notJSON: "notJSON"
        case .empty: "empty"
        case .oversized: "oversized"
        }
    }
}
