// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import MemoryLedger
import TestSupport

/// A small shop: some terminals of one account, the truth about what was paid there, and a ledger that hears of it.
///
/// A seed decides the truth. The ledger learns it by answers, callbacks and journals, which come late, twice, for the
/// wrong transaction, or never. So a rule that is missing in the ledger shows as a promise that is broken.
struct Shop {
    /// A payment that a terminal really took.
    struct Payment {
        let transaction: Transaction
        let result: TerminalResult
        let number: String
        let at: Timestamp
    }

    /// What happens to a POST at the terminal.
    struct Post {
        let transaction: Transaction
        let number: String
        /// The customer pays or leaves at this instant.
        let endsAt: Timestamp
        let pays: Bool
        var isOver = false
    }

    static let terminals = (1...3).map {
        Terminal(storedTerminal: "8000500\($0)", branch: "12983", serialNumber: "SNPRUEBA123\($0)", alias: nil)
    }
    /// Receipts of sales that another program made.
    static let slips = (1...2).map {
        SaleReceipt(
            operationID: Int64($0),
            authorizationCode: "77000\($0)",
            date: "2026-11-21",
            amount: Money(2_000, .clp)
        )
    }

    let rows = MemoryRows()
    private let ledger: TransactionLedger<MemoryRows>
    private let rules = TransactionRules(laneDepth: 4)
    private var random: SeededGenerator
    private var now = Timestamp.sample
    /// How far the clock of the second bridge is behind that of the first.
    private static let clockDifference = Duration.seconds(3_600)
    /// How long after its acceptance a command expires, by the clock of its publisher.
    private static let lifetime = Duration.seconds(120)
    private var messages: [(candidate: Transaction, message: CommandMessage)] = []
    private var posts: [TransactionID: Post] = [:]
    private(set) var payments: [Payment] = []
    private var count = 0
    /// Messages that were refused, and whose publishers know it.
    private var refused: Set<EventID> = []
    private(set) var steps: [String] = []

    init(seed: UInt64, blindness: Blindness? = nil) {
        random = SeededGenerator(seed: seed)
        rows.blindness = blindness
        let accounts = Accounts(Account.sample)
        let names = NumberedNames()
        ledger = TransactionLedger(
            rows: rows,
            rules: StoreRules(
                accounts: accounts,
                transactionRules: rules,
                events: EventWriter(accounts: accounts, terminalLife: rules.terminalLife),
                allowRepeatedReference: false,
                random: names.next
            )
        )
    }

    /// Lives through this many steps and returns the first broken promise, or `nil`.
    mutating func run(steps limit: Int = 60) -> String? {
        for _ in 0..<limit {
            now = now + .milliseconds(Int.random(in: 1...20_000, using: &random))
            do {
                if let broken = try step() ?? brokenPromise() { return broken }
            } catch {
                return "refused by the engine: \(error)"
            }
        }
        return nil
    }

    // MARK: - Steps

    private mutating func step() throws -> String? {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return try command(newCharge())
        case 2: return try command(newRefund())
        case 3: return try commandAgain()
        case 4, 5, 6: return try post()
        case 7: return try answer()
        case 8, 9: return try callback()
        case 10: return try repeatLastReceipt()
        default: return try lookAtTerminals()
        }
    }

    private mutating func command(_ new: (candidate: Transaction, message: CommandMessage)?) throws -> String? {
        guard let new else { return nil }
        messages.append(new)
        return try deliver(new)
    }

    private mutating func deliver(_ delivery: (candidate: Transaction, message: CommandMessage)) throws -> String? {
        let acceptance = try rows.write { try ledger.accept(delivery.candidate, from: delivery.message) }
        switch acceptance {
        case .created(let transition):
            steps.append("accepted \(transition.transaction.command.commandID)")
            if refused.contains(delivery.message.fingerprint) { return "a refused message took effect" }
        case .repeated: break
        case .refused, .refusedBefore: refused.insert(delivery.message.fingerprint)
        }
        return nil
    }

    private mutating func newCharge() -> (candidate: Transaction, message: CommandMessage)? {
        count += 1
        let terminal = Self.terminals.randomElement(using: &random) ?? .sample
        let acceptedAt = clockOfABridge()
        let candidate = Transaction.sample(
            count,
            amount: Int64.random(in: 1...3, using: &random) * 1_000,
            reference: "R\(Int.random(in: 1...8, using: &random))",
            terminal: terminal,
            acceptedAt: acceptedAt,
            lifetime: now - acceptedAt + Self.lifetime
        )
        return (candidate, message(candidate))
    }

    /// What the clock of the bridge says that takes a command: one of two, which name transactions by their clocks.
    private mutating func clockOfABridge() -> Timestamp {
        Bool.random(using: &random) ? now : now - Self.clockDifference
    }

    private mutating func newRefund() -> (candidate: Transaction, message: CommandMessage)? {
        let sales = rows.tables.order.compactMap { rows.tables.transactions[$0] }.filter { $0.effect == .sale }
        guard let sale = sales.randomElement(using: &random) else { return nil }
        count += 1
        let isVoid = Bool.random(using: &random)
        let terminal = sale.command.content.terminal
        let acceptedAt = clockOfABridge()
        let sample = Transaction.sample(
            count,
            type: isVoid ? .void : .refund,
            amount: isVoid ? 0 : Int64.random(in: 1...3, using: &random) * 1_000,
            reference: "R\(100 + count)",
            terminal: terminal,
            acceptedAt: acceptedAt,
            lifetime: now - acceptedAt + Self.lifetime
        )
        var original = OriginalReference.transaction(sale.id)
        if let receipt = OriginalSale(sale)?.receipt, Bool.random(using: &random) { original = .receipt(receipt) }
        if Int.random(in: 0..<3, using: &random) == 0, let slip = Self.slips.randomElement(using: &random) {
            original = .receipt(slip)
        }
        let candidate = sample.about(original)
        return (candidate, message(candidate))
    }

    private func message(_ candidate: Transaction) -> CommandMessage {
        var message = CommandMessage.sample("{\"commandId\":\"\(candidate.command.commandID)\"}")
        message.messageID = candidate.command.commandID
        return message
    }

    /// The broker delivers a message again, or its publisher sends it again; each of them makes a new candidate.
    private mutating func commandAgain() throws -> String? {
        guard let old = messages.randomElement(using: &random) else { return nil }
        count += 1
        var message = old.message
        // The publisher may send another message with the same command.
        if Int.random(in: 0..<3, using: &random) == 0 { message.messageID = "again-\(count)" }
        return try deliver((old.candidate.acceptedAgain(at: clockOfABridge(), number: count), message))
    }

    /// The bridge POSTs a transaction that its memory takes for the first of its lane.
    private mutating func post() throws -> String? {
        guard let transaction = some(where: { $0.state == .accepted && $0.isInLane }) else { return nil }
        guard let transition = try take(.submissionStarted, transaction.id) else { return nil }
        guard case .submitting = transition.transaction.state, transition.finding != .refused else { return nil }
        let posted = transition.transaction
        let terminal = posted.command.content.terminal.idTerminal
        let other = posts.values.first {
            $0.transaction.command.content.terminal.idTerminal == terminal && $0.transaction.id != posted.id
                && !$0.isOver
        }
        if let other {
            return "two POSTs at one terminal: \(posted.command.commandID), \(other.transaction.command.commandID)"
        }
        count += 1
        posts[posted.id] = Post(
            transaction: posted,
            number: "\(900_000 + count)",
            endsAt: now + .seconds(Int.random(in: 1...80, using: &random)),
            pays: Int.random(in: 0..<3, using: &random) > 0
        )
        return nil
    }

    private mutating func answer() throws -> String? {
        guard let transaction = some(where: { if case .submitting = $0.state { true } else { false } }),
            let post = posts[transaction.id], case .submitting(let attempt) = transaction.state
        else { return nil }
        let isLost = Int.random(in: 0..<3, using: &random) == 0
        let outcome: SubmissionOutcome = isLost ? .unknown(.noAcknowledgement) : .acknowledged(idPosTxs: post.number)
        _ = try take(.submissionEnded(attempt: attempt, outcome), transaction.id)
        return nil
    }

    /// A callback says what became of a POST: once, twice, or never.
    private mutating func callback() throws -> String? {
        endStays()
        guard
            let post = posts.values.filter(\.isOver).sorted(by: { $0.number < $1.number }).randomElement(using: &random)
        else { return nil }
        let answer = payments.first { $0.transaction.id == post.transaction.id }.map {
            CloudAnswer.finished(post.transaction, idPosTxs: $0.number, $0.result)
        }
        try hear(answer ?? .notCompleted(post.transaction, idPosTxs: post.number), post.transaction.id)
        return nil
    }

    /// A terminal answers the POST of one sale with the receipt of the sale before, which the ledger knows.
    ///
    /// If the ledger does not know that sale yet, no rule can tell whose the receipt is.
    private mutating func repeatLastReceipt() throws -> String? {
        endStays()
        guard let post = posts.values.sorted(by: { $0.number < $1.number }).randomElement(using: &random) else {
            return nil
        }
        let terminal = post.transaction.command.content.terminal.idTerminal
        let others = payments.filter {
            $0.transaction.command.content.terminal.idTerminal == terminal && $0.transaction.id != post.transaction.id
                && rows.tables.transactions[$0.transaction.id]?.state == .approved
        }
        guard let last = others.last else { return nil }
        try hear(.finished(post.transaction, idPosTxs: post.number, last.result), post.transaction.id)
        return nil
    }

    private mutating func hear(_ answer: CloudAnswer, _ id: TransactionID) throws {
        let source: EvidenceSource = Bool.random(using: &random) ? .callback : .query
        _ = try take(.evidence(Evidence(source: source, answer: answer, receivedAt: now)), id)
    }

    /// Time passes for the POSTs: their life ends, and the bridge reads the journals for all that is still open.
    private mutating func lookAtTerminals() throws -> String? {
        now = now + rules.terminalLife
        endStays()
        for id in rows.tables.order {
            guard let transaction = rows.tables.transactions[id] else { continue }
            if case .submitting = transaction.state { _ = try take(.recovered, id) }
            guard [.submitted, .inDoubt].contains(transaction.state), !transaction.stay.isLifeOver else { continue }
            _ = try take(.lifeEnded, id)
        }
        for terminal in Self.terminals {
            let rows = payments.filter {
                $0.transaction.command.content.terminal.idTerminal == terminal.idTerminal
                    && $0.transaction.effect == .sale
            }.map { JournalRow(result: $0.result, instants: [$0.at]) }
            let reading = JournalReading(
                terminal: terminal.idTerminal,
                account: "main",
                rows: rows,
                isComplete: true,
                readAt: now
            )
            _ = try self.rows.write { try ledger.apply(reading) }
        }
        for id in rows.tables.order {
            guard let transaction = rows.tables.transactions[id], transaction.isInLane, transaction.stay.isLifeOver
            else {
                continue
            }
            _ = try take(.journalClosed, id)
        }
        return nil
    }

    @discardableResult
    private mutating func take(_ input: TransactionInput, _ id: TransactionID) throws -> Transition? {
        let transition = try rows.write { try ledger.take(input, to: id, at: now) }.first
        if let transition {
            steps.append("\(transition.transaction.command.commandID) \(input.word) -> \(transition.transaction.state)")
        }
        return transition
    }

    private mutating func some(where fits: (Transaction) -> Bool) -> Transaction? {
        rows.tables.order.compactMap { rows.tables.transactions[$0] }.filter(fits).randomElement(using: &random)
    }

    /// Customers whose time has come pay or leave.
    private mutating func endStays() {
        for (id, post) in posts.sorted(by: { $0.key < $1.key }) where !post.isOver && post.endsAt <= now {
            posts[id]?.isOver = true
            guard post.pays else { continue }
            let receipt = Int64(100 + payments.count)
            var result =
                CloudAnswer.approved(post.transaction, idPosTxs: post.number, receipt: receipt).result
                ?? TerminalResult()
            result.amount = post.transaction.amount?.value ?? post.transaction.original?.amount.value
            let local = post.endsAt - .seconds(10_800)
            result.localTime = String(local.description.prefix(19)).replacing("T", with: " ")
            payments.append(
                Payment(transaction: post.transaction, result: result, number: post.number, at: post.endsAt)
            )
        }
    }
}

/// Random bits for the ledger that are not random, so that one seed always gives the same history.
private final class NumberedNames: Sendable {
    @Sendable
    func next() -> UInt128 { 7 }
}

extension TransactionInput {
    /// The input in a few words, for a person who follows a history.
    fileprivate var word: String {
        switch self {
        case .evidence(let evidence):
            "\(evidence.source.rawValue) \(evidence.answer.idPosTxs ?? "-") code \(evidence.answer.result?.responseCode as Any)"
        default: String("\(self)".prefix(60))
        }
    }
}

extension Transaction {
    /// The same candidate about another sale.
    fileprivate func about(_ original: OriginalReference) -> Transaction {
        let content = command.content
        let changed = BridgeCore.Command.Content(
            type: content.type,
            account: content.account,
            terminal: content.terminal,
            amount: content.amount,
            reference: content.reference,
            original: original,
            options: content.options
        )
        return Transaction(
            id: id,
            command: BridgeCore.Command(
                commandID: command.commandID,
                content: changed,
                expiresAt: command.expiresAt,
                metadata: nil
            ),
            country: country,
            environment: environment,
            address: address,
            acceptedAt: acceptedAt
        )
    }

    /// What another delivery of the same message becomes.
    fileprivate func acceptedAgain(at now: Timestamp, number: Int) -> Transaction {
        Transaction(
            id: TransactionID(at: now, random: UInt128(number)),
            command: command,
            country: country,
            environment: environment,
            address: address,
            acceptedAt: now
        )
    }
}
