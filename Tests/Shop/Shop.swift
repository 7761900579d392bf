// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
package import MemoryLedger
internal import TestSupport

/// A small shop: some terminals, the truth about what was paid there, and a ledger that hears of it.
///
/// A seed decides the truth. The ledger learns it by answers, callbacks and journals, which come late, twice, for the
/// wrong transaction, or never. So a rule that is missing in the ledger shows as a promise that is broken.
package struct Shop {
    /// What a history is about: a mixture of everything would show each of them seldom.
    package enum Theme: String, CaseIterable, Sendable {
        /// Charges, refunds and voids of one account.
        case sales
        /// Terminals that first tell untruly that nobody paid, and people who look and decide.
        case people
        /// Two accounts at the same terminals, callers who cancel, and results that leave out most of what they know.
        case accounts
        /// Callbacks that are only a hint: a query decides, which may never be answered.
        case queries
    }

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
        /// The next callback says that nobody paid, whatever is true.
        var isToBeDenied = false
        /// A payment was denied, and the ledger did not hear the truth since.
        var isDenied = false
    }

    /// A history has so many steps.
    ///
    /// Many short ones find more in the same time than few long ones: 100,000 take a minute on two cores.
    static let longestHistory = 40

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
    /// How far the clock of the second bridge is behind that of the first.
    static let clockDifference = Duration.seconds(3_600)
    /// How long after its acceptance a command expires, by the clock of its publisher.
    static let lifetime = Duration.seconds(120)

    let theme: Theme
    let accounts: [Account]
    package let rows = MemoryRows()
    let ledger: TransactionLedger<MemoryRows>
    let rules: TransactionRules
    var random: SeededGenerator
    var now = Timestamp.sample
    var messages: [(candidate: Transaction, message: CommandMessage)] = []
    var posts: [TransactionID: Post] = [:]
    var payments: [Payment] = []
    var count = 0
    /// Messages that were refused, and whose publishers know it.
    var refused: Set<EventID> = []
    /// What happened; told in words only if a promise is broken, because words cost as much as a change.
    var steps: [Step] = []

    /// The shop of a seed; `blindness` takes a rule away.
    package init(_ theme: Theme, seed: UInt64, blindness: Blindness? = nil) {
        self.theme = theme
        rules = TransactionRules(callbackNeedsQuery: theme == .queries, laneDepth: 4)
        random = SeededGenerator(seed: seed)
        rows.blindness = blindness
        let second = Account(name: "second", profile: Account.sample.profile, environment: Account.sample.environment)
        accounts = theme == .accounts ? [.sample, second] : [.sample]
        guard let served = Accounts(accounts) else { preconditionFailure("no name stands there twice") }
        let names = NumberedNames()
        ledger = TransactionLedger(
            rows: rows,
            rules: StoreRules(
                accounts: served,
                transactionRules: rules,
                events: EventWriter(accounts: served, terminalLife: rules.terminalLife),
                allowRepeatedReference: false,
                random: names.next
            )
        )
    }

    /// Lives through this many steps and returns the first broken promise, or `nil`.
    mutating func run(steps limit: Int = longestHistory) -> String? {
        for _ in 0..<limit {
            now = now + .milliseconds(Int.random(in: 1...20_000, using: &random))
            let changes = rows.changes
            do {
                if let broken = try step() { return broken }
            } catch {
                return "refused by the engine: \(error)"
            }
            if rows.changes != changes, let broken = brokenPromise() { return broken }
        }
        return brokenPromise()
    }

    private mutating func step() throws -> String? {
        if Int.random(in: 0..<6, using: &random) == 0 {
            switch theme {
            case .sales, .queries: break
            case .people: return try person()
            case .accounts: return try cancel()
            }
        }
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

    @discardableResult
    mutating func take(_ input: TransactionInput, _ id: TransactionID) throws -> Transition? {
        let transition = try rows.write { try ledger.take(input, to: id, at: now) }.first
        if let transition {
            steps.append(.taken(transition.transaction.command.commandID, input, transition.transaction.state))
        }
        return transition
    }

    mutating func some(where fits: (Transaction) -> Bool) -> Transaction? {
        rows.tables.all(where: fits).randomElement(using: &random)
    }
}

extension Shop {
    /// One thing that happened.
    enum Step: CustomStringConvertible {
        case accepted(String)
        case taken(String, TransactionInput, TransactionState)

        var description: String {
            switch self {
            case .accepted(let command): "accepted \(command)"
            case .taken(let command, let input, let state): "\(command) \(input.word) -> \(state)"
            }
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
