// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore

/// Transactions: read straight from the store, decided through the bridge that has it open.
struct Transactions: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Look at transactions in the store, whether a bridge runs or not; decide about them while it runs.",
        subcommands: [List.self, Show.self, Resolve.self, Settle.self]
    )

    /// Lists transactions, newest first.
    struct List: ConfiguredVerb {
        static let configuration = CommandConfiguration(abstract: "List transactions, newest first.")

        @OptionGroup(title: "Filters") var filters: TransactionFilters
        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        @Flag(help: "Only transactions that need a person now, each with what the person must know first.")
        var needsMe = false

        func validate() throws {
            guard !needsMe || filters.status == nil && filters.cursor == nil else {
                throw ValidationError("--needs-me: not with --status or --cursor")
            }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let inspection = try configuration.storeAdministration().inspect()
            if needsMe {
                let needed = try await needed(inspection, configuration.transactionRules)
                if json {
                    let documents = try TransactionDocument(inspection.owners, configuration)
                    try invocation.console.print(documents.needed(now: needed.now, early: needed.early))
                } else {
                    let rules = configuration.transactionRules
                    try invocation.console.print(await text(needed.now, needed.early, inspection, rules))
                }
                return .done
            }
            let found = try await inspection.transactions(filters.question)
            let isComplete = found.count < filters.question.limit
            let rules = configuration.transactionRules
            let contradicted = filters.question.isOfNewest ? try await inspection.transactions(.contradicted) : nil
            if json {
                let documents = try TransactionDocument(inspection.owners, configuration)
                try invocation.console.print(
                    documents.list(found, isComplete: isComplete, contradicted: contradicted)
                )
                return .done
            }
            if let contradicted, !contradicted.isEmpty {
                let count = contradicted.reduce(0) { $0 + $1.contradictions.open }
                try invocation.console.print("open contradictions: \(count); ask Getnet, then: transactions settle")
                try invocation.console.print(contradicted.table(at: .current, rules) + "\n")
            }
            try invocation.console.print(found.table(at: .current, rules))
            if !isComplete, let last = found.last { invocation.console.note("there may be more: --cursor \(last.id)") }
            return .done
        }

        /// Doubts that only a person ends, and contradictions, newest first; and doubts that a person may end already.
        private func needed(
            _ inspection: any StoreInspection,
            _ rules: TransactionRules
        ) async throws -> (now: [Transaction], early: [Transaction]) {
            var doubts = filters.question
            doubts.status = .inDoubt
            var contradicted = filters.question
            contradicted.isContradicted = true
            let all = try await all(doubts, inspection) + all(contradicted, inspection)
            var (now, early): ([Transaction], [Transaction]) = ([], [])
            // A doubt with a contradiction is in both.
            let unique = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
            for transaction in unique.values.sorted(by: { $0.id > $1.id }) {
                if Conclusion(about: transaction, at: .current, rules: rules).person == .now {
                    now.append(transaction)
                } else if transaction.state == .inDoubt, transaction.misfit != nil {
                    // A payment is known and does not fit: no answer that the bridge waits for is likely to end that.
                    early.append(transaction)
                }
            }
            return (now, early)
        }

        /// All that a question asks for: a transaction that is left out would be an alarm that is not heard.
        private func all(
            _ question: TransactionQuestion,
            _ inspection: any StoreInspection
        ) async throws -> [Transaction] {
            var question = question
            question.limit = TransactionQuestion.longestAnswer
            var found: [Transaction] = []
            while true {
                let page = try await inspection.transactions(question)
                found += page
                guard page.count == question.limit, let last = page.last else { return found }
                question.before = last.id
            }
        }

        private func text(
            _ now: [Transaction],
            _ early: [Transaction],
            _ inspection: any StoreInspection,
            _ rules: TransactionRules
        ) async throws -> String {
            func paragraphs(_ transactions: [Transaction]) async throws -> [String] {
                var texts: [String] = []
                for transaction in transactions {
                    let conclusion = Conclusion(about: transaction, at: .current, rules: rules)
                    let isOpen = transaction.state == .inDoubt
                    let rows = isOpen ? try await inspection.story(of: transaction.id).nearRows : nil
                    texts.append(paragraph(about: transaction, conclusion, rows))
                }
                return texts
            }
            let needed = try await paragraphs(now)
            let others = try await paragraphs(early)
            return
                ((needed.isEmpty ? ["nothing needs a person now"] : needed)
                + (others.isEmpty ? [] : ["a person may decide these already:"] + others))
                .joined(separator: "\n")
        }

        private func paragraph(about transaction: Transaction, _ conclusion: Conclusion, _ rows: String?) -> String {
            let content = transaction.command.content
            let sale = [content.type.rawValue, transaction.amount?.text, content.reference.map { "reference \($0)" }]
            let head = sale.compactMap(\.self).joined(separator: ", ")
            let near = rows.map { "\n  May be it, in the terminal's journal: \($0)" } ?? ""
            return """
                \(transaction.id)  \(head), terminal \(content.terminal.idTerminal), accepted \(transaction.acceptedAt)
                  \(conclusion.text)\(near)
                  getnet-bridge transactions show \(transaction.id)\(options.words)
                """
        }
    }

    /// Shows one transaction with its whole story.
    struct Show: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show one transaction with its whole story: each step, when, on what evidence."
        )

        @Argument(help: "The transaction's id, or the id of its command.")
        var id: String

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let inspection = try configuration.storeAdministration().inspect()
            guard let transaction = try await find(in: inspection) else {
                throw Failure(.unavailable, "the store has no transaction and no command \(id)")
            }
            let story = try await inspection.story(of: transaction.id)
            if json {
                let documents = try TransactionDocument(inspection.owners, configuration)
                try invocation.console.print(documents.whole(transaction, story))
            } else {
                let rules = configuration.transactionRules
                let conclusion = Conclusion(about: transaction, at: .current, rules: rules)
                let lane = try await lane(of: transaction, inspection, rules)
                let parts = [
                    [conclusion.text, lane, Self.rest(of: story)].compactMap(\.self).joined(separator: " "),
                    transaction.text(with: story),
                    conclusion.advice(about: transaction, options.words),
                ]
                try invocation.console.print(parts.filter { !$0.isEmpty }.joined(separator: "\n\n"))
            }
            return .done
        }

        /// What is left of a sale of which money was given back, as its last event of that told it.
        private static func rest(of story: TransactionStory) -> String? {
            guard let amended = story.events.last(where: { $0.event.name.kind == .amended })?.event,
                let remaining = (try? JSONParser.parse(amended.data))?["remaining"],
                let value = remaining["value"]?.integer, let currency = remaining["currency"]?.string
            else { return nil }
            return "Money of it was given back: \(AmountText.of(value, currency)) of it are left."
        }

        /// What holds the terminal for which it waits.
        private func lane(
            of transaction: Transaction,
            _ inspection: any StoreInspection,
            _ rules: TransactionRules
        ) async throws -> String? {
            guard transaction.state == .accepted else { return nil }
            return Lane.all(of: try await inspection.inLanes()).lazy.compactMap {
                $0.sentence(about: transaction, rules)
            }
            .first
        }

        private func find(in inspection: any StoreInspection) async throws -> Transaction? {
            if let id = TransactionID(id), let found = try await inspection.transaction(id) { return found }
            var question = TransactionQuestion()
            question.commandID = id
            return try await inspection.transactions(question).first
        }
    }
}

/// Which transactions, in the words of the admin port.
struct TransactionFilters: ParsableArguments {
    @Option(help: "By the command's id.")
    var commandId: String?

    @Option(help: "By the merchant's number.")
    var reference: String?

    @Option(help: ArgumentHelp("By status.", valueName: "status"))
    var status: TransactionStatus?

    @Option(help: "By idTerminal.")
    var terminal: String?

    @Option(help: ArgumentHelp("Accepted at or after this RFC 3339 instant.", valueName: "instant"))
    var since: Timestamp?

    @Option(help: "At most this many, 1 to \(TransactionQuestion.longestAnswer).")
    var limit = 50

    @Option(help: ArgumentHelp("Only those older than this one: where the last page ended.", valueName: "transaction"))
    var cursor: TransactionID?

    func validate() throws {
        guard (1...TransactionQuestion.longestAnswer).contains(limit) else {
            throw ValidationError("--limit: 1 to \(TransactionQuestion.longestAnswer)")
        }
    }

    var question: TransactionQuestion {
        var question = TransactionQuestion()
        question.commandID = commandId
        question.reference = reference
        question.status = status
        question.terminal = terminal?.uppercased()
        question.since = since
        question.before = cursor
        question.limit = limit
        return question
    }
}

extension TransactionDocument {
    /// Documents of the accounts that a store belongs to.
    fileprivate init(_ owners: [StoreOwner], _ configuration: BridgeConfiguration) throws(Failure) {
        var accounts: [Account] = []
        for owner in owners {
            guard let profile = CountryProfile.named(owner.country) else {
                throw Failure(.data, "the store belongs to the country \(owner.country), unknown to this program")
            }
            accounts.append(Account(name: owner.account, profile: profile, environment: owner.environment))
        }
        guard let accounts = Accounts(accounts) else { throw Failure(.data, "the store names an account twice") }
        self.init(
            events: EventWriter(accounts: accounts, terminalLife: configuration.reconcile.terminalLife),
            rules: configuration.transactionRules,
            clock: { .current }
        )
    }
}
