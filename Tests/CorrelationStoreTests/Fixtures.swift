// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import NIOConcurrencyHelpers

/// An instant of the tests: this many seconds after the day began.
func at(_ seconds: Int64) -> Timestamp {
    Timestamp(milliseconds: 1_795_000_000_000 + seconds * 1_000)
}

extension Account {
    static let test = Account(name: "main", profile: .chile, environment: "uat")
}

extension StoreRules {
    static func test(
        account: Account = .test,
        allowRepeatedReference: Bool = false,
        transactionRules: TransactionRules = TransactionRules()
    ) -> StoreRules {
        test(
            accounts: Accounts(account),
            allowRepeatedReference: allowRepeatedReference,
            transactionRules: transactionRules
        )
    }

    static func test(
        accounts: Accounts,
        allowRepeatedReference: Bool = false,
        transactionRules: TransactionRules = TransactionRules()
    ) -> StoreRules {
        StoreRules(
            accounts: accounts,
            transactionRules: transactionRules,
            events: EventWriter(accounts: accounts, terminalLife: transactionRules.terminalLife),
            allowRepeatedReference: allowRepeatedReference,
            random: { UInt128.random(in: 0...UInt128.max) }
        )
    }
}

/// A charge as a test asks for it.
struct Charge {
    var commandID = "c-1"
    var reference = "A0001"
    var amount: Int64 = 15_990
    /// `nil`: the command has a terminal of its own, so that no command waits for another.
    var terminal: String?
    var acceptedAt = at(0)
    var expiresAt = at(120)
    var options: [String: JSON.Scalar] = [:]
    var metadata: [UInt8]?
    var address = ReplyAddress(replyTo: "replies", correlationID: "corr-1")

    var content: Command.Content {
        Command.Content(
            type: .charge,
            account: "main",
            terminal: Terminal(
                storedTerminal: terminal ?? ownTerminal,
                branch: "12983",
                serialNumber: "SNPRUEBA1234",
                alias: nil
            ),
            amount: Money(amount, .clp),
            reference: reference,
            options: options
        )
    }

    private var ownTerminal: String {
        commandID == "c-1" ? "80005000" : String(commandID.uppercased().filter { $0.isLetter || $0.isNumber }.suffix(8))
    }

    /// A new transaction for it, with a name of its own.
    var candidate: Transaction {
        Transaction(
            id: TransactionID(at: acceptedAt, random: UInt128.random(in: 0...UInt128.max)),
            command: Command(commandID: commandID, content: content, expiresAt: expiresAt, metadata: metadata),
            country: "cl",
            environment: "uat",
            address: address,
            acceptedAt: acceptedAt
        )
    }

    var message: CommandMessage {
        CommandMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            body: Array("{\"commandId\":\"\(commandID)\"}".utf8),
            contentType: "application/json",
            address: address
        ).new
    }
}

extension CommandMessage {
    /// The same content as a message of its own, which is not a redelivery of another one.
    var new: CommandMessage {
        var message = self
        message.messageID = "message-\(UInt64.random(in: 0...UInt64.max))"
        return message
    }
}

extension TransactionStore {
    /// Takes a charge, which must be new.
    func create(_ charge: Charge = Charge()) async throws -> Transaction {
        let candidate = charge.candidate
        guard case .created(let transition) = try await accept(candidate, from: charge.message) else {
            throw UnexpectedAcceptance()
        }
        return transition.transaction
    }

    /// Brings a new charge to `submitted` with Getnet's number.
    func submitted(_ charge: Charge = Charge(), number: String = "936101") async throws -> Transaction {
        let transaction = try await create(charge)
        _ = try await apply(.submissionStarted, to: transaction.id, at: charge.acceptedAt + .seconds(1))
        let transition = try await apply(
            .submissionEnded(attempt: 1, .acknowledged(idPosTxs: number)),
            to: transaction.id,
            at: charge.acceptedAt + .seconds(2)
        )
        guard let transition else { throw UnexpectedAcceptance() }
        return transition.transaction
    }

}

/// A fixture found the store in another state than the one that it made.
struct UnexpectedAcceptance: Error {}

extension OutboxEntry {
    var event: OutboundEvent? {
        if case .event(let event) = payload { event } else { nil }
    }

    var deadLetter: DeadLetter? {
        if case .deadLetter(let letter) = payload { letter } else { nil }
    }
}

extension TerminalResult {
    /// A paid result with everything a Chilean terminal says.
    static func paid(
        _ amount: Int64 = 15_990,
        operation: Int64 = 17,
        authorization: String = "010929",
        reference: String = "A0001"
    ) -> TerminalResult {
        var result = TerminalResult()
        result.functionCode = 100
        result.responseCode = .number(0)
        result.responseMessage = "Aprobado"
        result.terminalID = "80005000"
        result.ticket = reference
        result.authorizationCode = authorization
        result.amount = amount
        result.tip = 0
        result.cashback = 0
        result.operationID = operation
        result.transToken = "1aa9f2"
        result.localTime = "2026-11-22 07:12:31"
        result.utcOffset = -10_800
        result.brandCode = "MC"
        result.cardTypeCode = "CR"
        result.last4 = "0042"
        result.entryMode = "16"
        return result
    }

    static func refused(_ code: Int64) -> TerminalResult {
        var result = TerminalResult()
        result.functionCode = 100
        result.responseCode = .number(code)
        result.responseMessage = "Rechazado"
        result.terminalID = "80005000"
        result.ticket = "A0001"
        result.amount = 15_990
        return result
    }
}

extension TransactionInput {
    /// Evidence for a transaction, as a callback brings it.
    static func callback(
        _ result: TerminalResult,
        number: String? = "936101",
        customID: String? = nil,
        masked: String = "{\"masked\":true}",
        at instant: Timestamp = at(10)
    ) -> TransactionInput {
        let answer = CloudAnswer(
            code: .done,
            message: "OK",
            idPosTxs: number,
            customID: customID,
            result: result,
            masked: Array(masked.utf8)
        )
        return .evidence(Evidence(source: .callback, answer: answer, receivedAt: instant))
    }
}

extension OperatorNote {
    /// A person who knows what they say.
    static let sample: OperatorNote = {
        do {
            return try OperatorNote(name: "Ana Pérez", reason: "saw the \"receipt\"", knows: Set(Assurance.allCases))
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}

/// The transactions that were told, in the order in which they were told.
final class OrderBook: Sendable {
    private let box = NIOLockedValueBox<[Transaction]>([])

    var transactions: [Transaction] { box.withLockedValue { $0 } }

    func append(_ transaction: Transaction) { box.withLockedValue { $0.append(transaction) } }
}
