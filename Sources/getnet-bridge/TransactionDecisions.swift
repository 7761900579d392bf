// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore

extension Transactions {
    /// Ends a transaction in doubt by a person's word.
    struct Resolve: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "End a transaction in doubt by the word of a named person; the bridge must run."
        )

        @Argument(help: "The transaction's id, or the id of its command.")
        var id: String

        @Option(
            name: .customLong("as"),
            help: ArgumentHelp("What became of it: approved, declined, not_completed or failed.", valueName: "status")
        )
        var outcome: TransactionStatus

        @OptionGroup var note: NoteArguments

        @Option(help: ArgumentHelp("From the receipt; needed with approved.", valueName: "code"))
        var authorizationCode: String?

        @Option(help: ArgumentHelp("The receipt's number; with approved.", valueName: "number"))
        var operationId: Int64?

        @Option(
            help: ArgumentHelp(
                "The paid amount on the receipt, in minor units; with approved, if no evidence has it.",
                valueName: "number"
            )
        )
        var amount: Int64?

        @Flag(help: "The receipt has another amount than the command asked for.")
        var amountDiffers = false

        @Flag(help: "Getnet says that no money came in, although a payment was told.")
        var althoughToldPaid = false

        @Flag(help: "Decide although the terminal may still work on it.")
        var now = false

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard OperatorRequest.outcomes.contains(outcome) else {
                let words = OperatorRequest.outcomes.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--as: one of \(words)")
            }
            if let word = authorizationCode, OperatorNote.isPlaceholder(word) {
                throw ValidationError("--authorization-code: \(word) stands for what you fill in")
            }
        }

        private var knows: Set<OperatorNote.Assurance> {
            let said: [OperatorNote.Assurance: Bool] = [
                .amountDiffers: amountDiffers, .althoughToldPaid: althoughToldPaid, .now: now,
            ]
            return Set(said.filter(\.value).keys)
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let port = try AdminPort(try options.load(for: .broker, invocation))
            let body = OperatorRequest.body(
                by: note.by,
                because: note.reason,
                as: outcome,
                authorizationCode: authorizationCode,
                operationID: operationId,
                amount: amount,
                knows: knows
            )
            let id = try await Transactions.name(of: id, options, invocation)
            let story = try await port.post("/v1/transactions/\(id)/\(OperatorRequest.Act.resolve.rawValue)", body)
            try invocation.console.print("\(id) is \(outcome.rawValue), by \(note.by)\(story.told)")
            return .done
        }
    }

    /// Records that a person has dealt with contradictions.
    struct Settle: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Record that a named person has dealt with a contradiction; the bridge must run."
        )

        @Argument(help: "The transaction's id, or the id of its command.")
        var id: String

        @OptionGroup var note: NoteArguments

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let port = try AdminPort(try options.load(for: .broker, invocation))
            let body = OperatorRequest.body(by: note.by, because: note.reason)
            let id = try await Transactions.name(of: id, options, invocation)
            let story = try await port.post("/v1/transactions/\(id)/\(OperatorRequest.Act.settle.rawValue)", body)
            try invocation.console.print("the contradictions of \(id) are settled, by \(note.by)\(story.told)")
            return .done
        }
    }

    /// A transaction's name; where the id of a command was typed, the store on this machine knows it.
    static func name(
        of id: String,
        _ options: ConfigurationOptions,
        _ invocation: Invocation
    ) async throws -> TransactionID {
        let named = TransactionID(id)
        let inspection: any StoreInspection
        do {
            inspection = try options.load(for: .store, invocation).storeAdministration().inspect()
        } catch {
            // A person may decide from another machine, which has no store.
            guard let named else { throw error }
            return named
        }
        if let named, try await inspection.transaction(named) != nil { return named }
        // The id of a command may look like a transaction's.
        var question = TransactionQuestion()
        question.commandID = id
        let found = try await inspection.transactions(question)
        guard found.count < 2 else {
            throw Failure(.data, "several accounts have a command \(id): name the transaction")
        }
        if let transaction = found.first { return transaction.id }
        guard let named else { throw Failure(.unavailable, "the store has no transaction and no command \(id)") }
        return named
    }
}

extension JSON {
    /// What a story says first, and of which command: lines behind a decision.
    fileprivate var told: String {
        let command = self["transaction"]?["commandId"]?.string.map { "\ncommand \($0)" } ?? ""
        return command + (self["conclusion"]?["text"]?.string.map { "\n\($0)" } ?? "")
    }
}

/// Who decides, and why.
struct NoteArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Who decides; kept in the history.", valueName: "name"))
    var by: String

    @Option(help: ArgumentHelp("Why; kept in the history.", valueName: "text"))
    var reason: String

    func validate() throws {
        do {
            _ = try OperatorNote(name: by, reason: reason)
        } catch {
            throw ValidationError("--\(error)")
        }
    }

    /// Both, as they are kept.
    func operatorNote() throws(OperatorNote.Fault) -> OperatorNote { try OperatorNote(name: by, reason: reason) }
}
