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

    /// The sale whose answer is held until it has ended, if it is one.
    var held: StartedSale? {
        guard request.webhook == nil, plan.reply == .sent else { return nil }
        return started
    }
}

/// A sale that was started at a terminal.
struct StartedSale: Sendable {
    /// When its POST arrived, counted from the start of the simulator.
    let startedAt: Duration
    let plan: SalePlan
    let facts: SaleFacts

    /// The payments that the terminal takes.
    var payments: [LedgerEntry.Payment] {
        guard let outcome = plan.run?.outcome else { return [] }
        let extra = if case .paid(let extra) = outcome { extra } else { 0 }
        return (0..<outcome.payments).map { index in
            LedgerEntry.Payment(
                authorizationCode: facts.authorizationCode(payment: index + 1),
                operationID: facts.operationID + index,
                amount: facts.request.amount + extra
            )
        }
    }
}

extension LedgerEntry {
    /// The entry of a POST that the cloud has decided about.
    init(_ taken: TakenSale, scenario: Int?, receivedAt: Date, finishesAt: Date) {
        let terminal = taken.request.terminal
        number = taken.number
        self.receivedAt = receivedAt
        customID = taken.request.customID
        ticketNumber = taken.request.ticketNumber
        amount = taken.request.amount
        self.terminal = Terminal(
            idTerminal: terminal.idTerminal,
            idSucursal: terminal.idSucursal,
            serialNumber: terminal.serialNumber
        )
        webhook = taken.request.webhook
        self.scenario = scenario
        reply = taken.held == nil ? taken.plan.reply.word : "held"
        faults = []
        sale = taken.started.map {
            Sale(idPosTxs: $0.facts.idPosTxs, finishesAt: finishesAt, payments: $0.payments)
        }
        callbacks = []
    }

    /// The entry of a POST with something wrong in it.
    init(_ faults: [RequestFault], number: Int, at receivedAt: Date) {
        self.number = number
        self.receivedAt = receivedAt
        customID = nil
        ticketNumber = nil
        amount = nil
        terminal = nil
        webhook = nil
        scenario = nil
        reply = "faulty"
        self.faults = faults
        sale = nil
        callbacks = []
    }
}

extension SaleReply {
    /// The reply in one word; that of a refusal is its message's.
    var word: String {
        if case .refused(let message) = self { String(describing: message) } else { String(describing: self) }
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
