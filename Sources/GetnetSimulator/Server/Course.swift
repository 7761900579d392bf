// SPDX-License-Identifier: Apache-2.0

/// What a report is about: a sale or another command, with its ids and the terminal's result.
protocol ReportSubject: Sendable {
    /// The cloud's id.
    var idPosTxs: Int { get }
    /// The merchant's correlation id.
    var customID: String? { get }

    /// Itself, as query and journal spell it.
    var retold: Self { get }

    /// Itself, as a result with this oddity names it.
    func named(by oddity: TerminalResult.Oddity?) -> Self

    /// The terminal's result as a JSON object.
    ///
    /// - Parameters:
    ///   - result: what it says.
    ///   - layout: as captured, or as documented.
    ///   - cancelCode: the `responseCode` of what was cancelled at the terminal.
    /// - Returns: the object's text.
    func object(_ result: TerminalResult, _ layout: Dialect.Layout, cancelCode: Int) -> String
}

/// A POST that the cloud has decided about: the plan that is played, and what its reports are about.
struct Course: Sendable {
    /// What the ledger keeps it under.
    let subject: CallbackDelivery.Subject
    let plan: SalePlan
    /// Where its callbacks go; absent: the answer is held until there is something to say.
    let webhook: String?
    /// What was started at the terminal, if anything was.
    let started: Started?

    /// What was started at the terminal.
    struct Started: Sendable {
        /// When its POST arrived, counted from the start of the simulator.
        let at: Duration
        let facts: any ReportSubject
        /// How often its plan was changed.
        var revision = 0
    }

    /// What was started, if its answer is held until it has ended.
    var held: Started? { webhook == nil && plan.reply == .sent ? started : nil }
}

extension TakenSale {
    /// The sale as the server plays it.
    var course: Course {
        Course(
            subject: .sale(number),
            plan: plan,
            webhook: request.webhook,
            started: started.map { Course.Started(at: $0.startedAt, facts: $0.facts, revision: $0.revision) }
        )
    }
}

extension SaleFacts: ReportSubject {
    var customID: String? { retelling.customID(request.customID, isRetold: isRetold) }

    var retold: SaleFacts {
        var facts = self
        facts.isRetold = true
        return facts
    }

    func object(_ result: TerminalResult, _ layout: Dialect.Layout, cancelCode: Int) -> String {
        let writer = ResultWriter(result: result, facts: self, cancelCode: cancelCode)
        return layout == .flat ? writer.flatObject : writer.object
    }

    func named(by oddity: TerminalResult.Oddity?) -> SaleFacts {
        guard oddity == .otherTransaction || oddity == .otherTicket else { return self }
        var facts = self
        facts.request.ticketNumber = "OTHER-TICKET"
        guard oddity == .otherTransaction else { return facts }
        facts.request.customID = Course.otherCustomID
        facts.idPosTxs += Course.otherIDDistance
        return facts
    }
}

extension Course {
    /// The `customId` of a transaction that is not the one asked about.
    static let otherCustomID = "other-sale"
    /// How far its `idPosTxs` is away.
    static let otherIDDistance = 7_000_000
}
