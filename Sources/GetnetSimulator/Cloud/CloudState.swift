// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Everything that the cloud knows and everything that really happened; pure, moments are handed in.
///
/// A sale needs no timers here: its plan says what is true at any moment. Moments are counted from `startedAt`.
struct CloudState {
    let configuration: SimulatorConfiguration
    let pace: Pace
    private let startedAt: Date
    private let firstID: Int
    private let zone: TimeZone
    private var tokens: TokenBook
    private var terminals: [TerminalIdentity: Terminal] = [:]
    private var offline: Set<String> = []
    private(set) var ledger: LedgerBook

    /// How many terminals are told apart; more are refused as unknown.
    static let maximumTerminals = 100_000

    /// Creates the state of a cloud that has just started.
    ///
    /// - Parameters:
    ///   - configuration: how it behaves.
    ///   - startedAt: the moment zero.
    init(configuration: SimulatorConfiguration, startedAt: Date) {
        self.configuration = configuration
        self.startedAt = startedAt
        pace = configuration.pace
        let clockID = Int((startedAt.timeIntervalSince1970 - 1_760_000_000) * 1_000)
        firstID = configuration.firstID ?? max(1, clockID)
        zone = TimeZone(identifier: configuration.zoneName) ?? .gmt
        tokens = TokenBook(seed: configuration.seed)
        ledger = LedgerBook(limit: configuration.ledgerLimit)
    }

    // MARK: - Login

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
        let (scenario, plan) = decide(request, at: now)
        if plan.reply == .unauthorized || plan.reply == .unauthorizedLiteral { tokens.revoke(token) }
        let started = plan.run.map { start(plan: plan, run: $0, request: request, at: now) }
        let taken = TakenSale(number: ledger.nextNumber, request: request, plan: plan, started: started)
        let entry = LedgerEntry(
            taken,
            scenario: scenario?.number,
            receivedAt: date(now),
            finishesAt: date(now + (plan.run?.finishesAfter ?? .zero))
        )
        ledger.append(LedgerBook.Record(entry: entry, started: started))
        return taken
    }

    /// The scenario, unless the terminal is not to be had.
    private func decide(_ request: SaleRequest, at now: Duration) -> (scenario: Scenario?, plan: SalePlan) {
        let terminal = request.terminal
        if let refusal = registryRefusal(of: terminal) ?? terminals[terminal]?.refusal(at: now, pace: pace) {
            return (nil, .neverStarted(.refused(refusal), context(attempt: 1)))
        }
        let scenario = Scenario(amount: request.amount)
        return (scenario, plan(scenario, for: request))
    }

    private func registryRefusal(of terminal: TerminalIdentity) -> CloudMessage? {
        if terminal == .ofOtherMerchant { return .wrongMerchant }
        let isKnown = configuration.knownTerminals?.contains(terminal) ?? (terminal != .unknown)
        let hasRoom = terminals[terminal] != nil || terminals.count < Self.maximumTerminals
        if !isKnown || !hasRoom { return .keyPosNotFound }
        return offline.contains(terminal.idTerminal) ? .notResponding : nil
    }

    private func plan(_ scenario: Scenario, for request: SaleRequest) -> SalePlan {
        let earlier = request.customID.map { ledger.entries(customID: $0) } ?? []
        return scenario.plan(context(attempt: earlier.count { $0.scenario != nil } + 1))
    }

    private func context(attempt: Int) -> PlanContext {
        PlanContext(pace: pace, dialect: configuration.dialect, attempt: attempt)
    }

    private mutating func start(
        plan: SalePlan,
        run: TerminalRun,
        request: SaleRequest,
        at now: Duration
    ) -> StartedSale {
        let number = ledger.nextNumber
        let operation = terminals[request.terminal, default: Terminal()]
            .occupy(at: now, for: run.occupiesFor, payments: max(1, run.outcome.payments), pace: pace)
        let facts = SaleFacts(
            idPosTxs: firstID + number,
            request: request,
            operationID: operation,
            terminalTime: TerminalTime(date(now + run.finishesAfter), in: zone),
            seed: configuration.seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(number)
        )
        return StartedSale(startedAt: now, plan: plan, facts: facts)
    }

    // MARK: - Query

    /// What the status query says about a sale.
    ///
    /// - Parameters:
    ///   - idPosTxs: the cloud's id of the sale.
    ///   - now: the moment.
    /// - Returns: the report and its sale, or nothing if there is no such sale.
    mutating func status(of idPosTxs: Int, at now: Duration) -> (report: Report, sale: StartedSale)? {
        ledger.count { $0.queries += 1 }
        guard let sale = ledger[idPosTxs - firstID]?.started else { return nil }
        let elapsed = now - sale.startedAt
        return elapsed < configuration.queryRace ? nil : (sale.plan.status(at: elapsed), sale)
    }

    // MARK: - Controls and notes

    /// Lets the cloud lose, or find, every terminal with an id.
    mutating func setOffline(_ isOffline: Bool, idTerminal: String) {
        if isOffline { offline.insert(idTerminal) } else { offline.remove(idTerminal) }
    }

    /// Notes that a callback was sent and how it was answered.
    mutating func note(
        callback kind: String,
        status: Int?,
        of number: Int,
        sentAt: Duration,
        took: Duration
    ) {
        let callback = LedgerEntry.Callback(
            sentAt: date(sentAt),
            kind: kind,
            status: status,
            seconds: took / .seconds(1)
        )
        ledger.note(callback, of: number)
    }

    /// Notes what is wrong with a request that is no sale.
    mutating func note(_ faults: [RequestFault]) {
        ledger.note(faults)
    }

    /// Notes a sale whose request is not in order.
    mutating func noteFaultySale(_ faults: [RequestFault], at now: Duration) {
        ledger.append(LedgerBook.Record(entry: LedgerEntry(faults, number: ledger.nextNumber, at: date(now))))
    }

    /// Changes counters that no entry stands for.
    mutating func count(_ change: (inout LedgerSummary) -> Void) {
        ledger.count(change)
    }

    private func date(_ moment: Duration) -> Date {
        startedAt.addingTimeInterval(moment / .seconds(1))
    }
}
