// SPDX-License-Identifier: Apache-2.0

/// What every report about one command agrees on.
struct CommandFacts: Sendable {
    /// The cloud's id of the command.
    var idPosTxs: Int
    var request: CommandRequest
    /// What the terminal has to say if it did what was asked.
    let content: Content
    /// When the terminal is done, in its local time.
    let terminalTime: TerminalTime
    /// Where the random choices come from.
    let seed: UInt64
    /// Whether the result of a refund names the amount.
    let namesAmount: Bool
    /// How query and journal spell it.
    var retelling = Dialect.Retelling.same
    /// Whether query or journal speak.
    var isRetold = false

    /// What a terminal has to say besides yes or no.
    enum Content: Sendable {
        /// Nothing.
        case nothing
        /// Whether it worked.
        case success
        /// The sale that was taken back.
        case void(authorizationCode: String)
        /// The receipt of the refund.
        case refund(receipt: Int)
        case connected
        case totals(BatchTotals)
        /// The voucher of a receipt, if it is one of the batch.
        case voucher(JournalRow?, SaleFacts?)
        case parameters
    }

    /// The issuer's approval of a refund: 6 digits or letters, leading zeros included.
    func authorizationCode(movement: Int) -> String { retelling.authorizationCode(seed: seed &+ UInt64(movement)) }

    /// The terminal's time as it is told.
    var toldTime: TerminalTime { isRetold && retelling == .secondLater ? terminalTime.secondLater : terminalTime }

    /// The merchant's number: that of the branch.
    var commerceCode: Int { Int(request.terminal.idSucursal) ?? 0 }
}

extension CommandFacts: ReportSubject {
    var customID: String? { retelling.customID(request.customID, isRetold: isRetold) }

    var retold: CommandFacts {
        var facts = self
        facts.isRetold = true
        return facts
    }

    func named(by oddity: TerminalResult.Oddity?) -> CommandFacts {
        guard oddity == .otherTransaction else { return self }
        var facts = self
        facts.request.customID = Course.otherCustomID
        facts.idPosTxs += Course.otherIDDistance
        return facts
    }

    func object(_ result: TerminalResult, _ layout: Dialect.Layout, cancelCode: Int) -> String {
        if case .voucher(let row?, let sale?) = content, result.isApproved {
            let voucher = TerminalResult(.approved(payment: row.payment), oddity: result.oddity)
            return sale.object(voucher, layout, cancelCode: cancelCode)
        }
        return CommandResultWriter(result: result, facts: self, layout: layout, cancelCode: cancelCode).object
    }
}
