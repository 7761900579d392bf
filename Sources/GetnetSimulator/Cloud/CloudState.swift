// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Everything that the cloud knows and everything that really happened; pure, moments are handed in.
///
/// A sale needs no timers here: its plan says what is true at any moment. Moments are counted from `startedAt`.
struct CloudState {
    let configuration: SimulatorConfiguration
    let pace: Pace
    let clock: TerminalClock
    let firstID: Int
    /// The numbers of sales, the first of which is ``firstID``.
    var numbers: SaleNumbers
    let dice: FaultDice
    var terminals: [String: Terminal] = [:]
    var offline: Set<String> = []
    /// What is washed away, and how it is answered.
    var floods: [FloodedRequest: FloodAnswer] = [:]
    var ledger: LedgerBook
    /// What can be given back.
    var payments: PaymentBook
    /// Cancellations on their way to a terminal; each hits the command that runs there.
    var cancellations = CancellationQueue()
    /// The commands whose plans were changed.
    var changedCourses: [CallbackDelivery.Subject] = []
    var attempts: AttemptBook
    private var tokens: TokenBook

    /// How many terminals are told apart; more are refused as unknown.
    static let maximumTerminals = 100_000

    /// Creates the state of a cloud that has just started.
    ///
    /// - Parameters:
    ///   - configuration: how it behaves.
    ///   - startedAt: the moment zero.
    init(configuration: SimulatorConfiguration, startedAt: Date) {
        precondition(configuration.batchLimit > 0, "a batch holds at least one payment")
        self.configuration = configuration
        pace = configuration.pace
        dice = FaultDice(configuration.faults)
        clock = TerminalClock(configuration, dice, startedAt: startedAt)
        let clockID = Int((startedAt.timeIntervalSince1970 - 1_760_000_000) * 1_000)
        firstID = configuration.firstID ?? max(1, clockID)
        numbers = SaleNumbers(first: firstID)
        tokens = TokenBook(seed: configuration.seed)
        attempts = AttemptBook(limit: configuration.ledgerLimit)
        ledger = LedgerBook(limit: configuration.ledgerLimit)
        payments = PaymentBook(limit: configuration.ledgerLimit)
    }

    /// Hands out a token if the credentials are right.
    mutating func logIn(clientID: String?, clientSecret: String?, at now: Duration) -> String? {
        guard clientID == configuration.clientID, clientSecret == configuration.clientSecret else {
            ledger.count { $0.failedLogins += 1 }
            return nil
        }
        ledger.count { $0.logins += 1 }
        return tokens.issue(until: now + configuration.tokenLifetime)
    }

    /// Whether a token is good.
    func accepts(_ token: String, at now: Duration) -> Bool {
        tokens.accepts(token, at: now)
    }

    /// Makes every token no longer good.
    mutating func revokeTokens() {
        tokens.revokeAll()
    }

    // MARK: - Sale

    /// Decides everything about a sale whose request is in order.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - token: the token that was used; some scenarios revoke it.
    ///   - now: the moment.
    /// - Returns: the decision, which is in the ledger already.
    mutating func take(_ request: SaleRequest, token: String, at now: Duration) -> TakenSale {
        settle(until: now)
        let decision = decide(request, at: now)
        let plan = decision.plan
        revoke(token, after: plan)
        let started = plan.run.map { start(plan: plan, run: $0, request: request, at: now) }
        if let draw = decision.draw {
            let post = ledger.nextNumber
            strike(decision.faults, draw, request.terminal, amount: request.amount, after: post, at: now)
        }
        let taken = TakenSale(number: ledger.nextNumber, request: request, plan: plan, started: started)
        let entry = LedgerEntry(
            taken,
            decision: decision,
            receivedAt: clock.date(now),
            finishesAt: clock.date(now + (plan.run?.finishesAfter ?? .zero))
        )
        ledger.append(LedgerBook.Record(entry: entry, started: started))
        return taken
    }

    private mutating func start(
        plan: SalePlan,
        run: TerminalRun,
        request: SaleRequest,
        at now: Duration
    ) -> StartedSale {
        let number = ledger.nextNumber
        let key = Terminal.key(request.terminal.idTerminal)
        let unseen = newTerminal(request.terminal)
        let (receipt, batch) = terminals[key, default: unseen]
            .startSale(request.terminal, run, post: number, at: now, pace: pace)
        let own = SaleFacts(
            idPosTxs: numbers.number(of: number),
            request: request,
            operationID: receipt,
            terminalTime: clock.time(now + run.finishesAfter, at: key),
            seed: configuration.seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(number),
            function: request.function,
            retelling: plan.dialect.retelling,
            ticketSpelling: plan.dialect.ticket
        )
        let facts = plan.repeated.map { own.repeating($0, clock.time($0.finishedAt, at: key)) } ?? own
        let sale = StartedSale(startedAt: now, plan: plan, facts: facts, batch: batch)
        for payment in sale.knownPayments(ofPost: number, terminal: key) { payments.add(payment) }
        remember(sale.journalRows, key, after: number, at: now)
        return sale
    }

    /// A sale that was started and is not forgotten.
    func sale(_ idPosTxs: Int) -> StartedSale? {
        ledger[post(idPosTxs)]?.started
    }

    /// Takes a token back if that is how its POST is answered.
    mutating func revoke(_ token: String, after plan: SalePlan) {
        if plan.reply == .unauthorized || plan.reply == .unauthorizedLiteral { tokens.revoke(token) }
    }

    /// What the status query says about a command.
    ///
    /// - Parameters:
    ///   - idPosTxs: the cloud's id.
    ///   - now: the moment.
    /// - Returns: the report, the plan that it comes from and the command; nothing if there is no such command.
    mutating func status(
        of idPosTxs: Int,
        at now: Duration
    ) -> (report: Report, plan: SalePlan, facts: any ReportSubject)? {
        ledger.count { $0.queries += 1 }
        let command = course(.command(idPosTxs - firstID - Self.commandIDDistance))
        guard let course = command ?? course(.sale(post(idPosTxs))), let started = course.started else {
            return nil
        }
        let elapsed = now - started.at
        return elapsed < configuration.queryRace ? nil : (course.plan.status(at: elapsed), course.plan, started.facts)
    }

    // MARK: - Controls and notes

    /// Notes that a callback was sent and how it was answered.
    mutating func note(
        callback kind: String,
        status: Int?,
        of subject: CallbackDelivery.Subject,
        sentAt: Duration,
        took: Duration
    ) {
        let callback = LedgerEntry.Callback(
            sentAt: clock.date(sentAt),
            kind: kind,
            status: status,
            seconds: took / .seconds(1)
        )
        ledger.note(callback, of: subject)
    }

    /// Notes what is wrong with a request that is no sale.
    mutating func note(_ faults: [RequestFault]) {
        ledger.note(faults)
    }

    /// Notes a command whose request is not in order.
    mutating func noteFaulty(_ command: TerminalCommand, _ faults: [RequestFault], at now: Duration) {
        let number = ledger.commands.nextNumber
        ledger.note(faults)
        ledger.note(
            CommandRecord(entry: CommandEntry(faults, of: command, number: number, at: clock.date(now)), started: nil)
        )
    }

    /// Notes a sale whose request is not in order.
    mutating func noteFaultySale(_ faults: [RequestFault], at now: Duration) {
        ledger.append(LedgerBook.Record(entry: LedgerEntry(faults, number: ledger.nextNumber, at: clock.date(now))))
    }

    /// Changes counters that no entry stands for.
    mutating func count(_ change: (inout LedgerSummary) -> Void) {
        ledger.count(change)
    }
}
