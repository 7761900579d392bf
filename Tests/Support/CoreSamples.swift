// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

extension Timestamp {
    /// 2026-11-22T10:12:00.000Z.
    public static let sample = Timestamp(milliseconds: 1_795_342_320_000)
}

extension Account {
    /// The account `main` in Chile's test environment.
    public static let sample = Account(name: "main", profile: .chile, environment: "uat")
}

extension Terminal {
    /// The triplet of Getnet's own documentation.
    public static let sample = Terminal(
        storedTerminal: "80005000",
        branch: "12983",
        serialNumber: "SNPRUEBA1234",
        alias: nil
    )
}

extension Transaction {
    /// A charge of 15,990 Chilean pesos as it is before its first event.
    ///
    /// - Parameters:
    ///   - number: makes id, command id and reference, so that samples differ.
    ///   - type: the type; a void or a refund has `OriginalSale.sample` as its original.
    ///   - account: the account of the transaction.
    ///   - amount: minor units of the account's currency.
    ///   - reference: the merchant's number; without it, `number` makes the reference.
    ///   - terminal: the terminal.
    ///   - acceptedAt: when it became durable.
    ///   - lifetime: how long after that it expires.
    ///   - metadata: the publisher's object.
    ///   - address: where copies of its events go.
    /// - Returns: the transaction.
    public static func sample(
        _ number: Int = 1,
        type: CommandType = .charge,
        account: Account = .sample,
        amount: Int64 = 15_990,
        reference: String? = nil,
        terminal: Terminal = .sample,
        acceptedAt: Timestamp = .sample,
        lifetime: Duration = .seconds(120),
        metadata: String? = nil,
        address: ReplyAddress = ReplyAddress()
    ) -> Transaction {
        let takesAmount = type.effect == .sale || type.effect == .refund
        var transaction = Transaction(
            id: TransactionID(at: acceptedAt, random: UInt128(number)),
            command: BridgeCore.Command(
                commandID: "command-\(number)",
                content: BridgeCore.Command.Content(
                    type: type,
                    account: account.name,
                    terminal: terminal,
                    amount: takesAmount ? Money(amount, account.profile.currency) : nil,
                    reference: type.effect.movesMoney
                        ? reference ?? "A\(String(number + 10_000_000).dropFirst())" : nil,
                    original: type.effect.hasOriginal ? .transaction(OriginalSale.sample().id) : nil,
                    options: [:]
                ),
                expiresAt: acceptedAt + lifetime,
                metadata: metadata.map { Array($0.utf8) }
            ),
            country: account.profile.code,
            environment: account.environment,
            address: address,
            acceptedAt: acceptedAt
        )
        if type.effect.hasOriginal { transaction.original = .sample(amount, account.profile.currency) }
        return transaction
    }
}

extension OriginalSale {
    /// A sale with receipt 17, made an hour before.
    public static func sample(_ amount: Int64 = 15_990, _ currency: Currency = .clp) -> OriginalSale {
        OriginalSale(
            id: TransactionID(at: .sample - .seconds(3_600), random: 17),
            commandID: "command-original",
            operationID: 17,
            authorizationCode: "010929",
            localTime: "2026-11-22 06:12:31",
            idPosTxs: "935000",
            amount: Money(amount, currency)
        )
    }
}

extension TerminalResult {
    /// What the sample terminal says about a command, without the parts that depend on the outcome.
    public static func answering(_ transaction: Transaction, responseCode: Int64) -> TerminalResult {
        var result = TerminalResult()
        result.functionCode = transaction.command.content.type.functionCode
        result.responseCode = .number(responseCode)
        result.terminalID = transaction.command.content.terminal.idTerminal
        result.amount = transaction.command.content.amount?.value
        result.localTime = "2026-11-22 07:12:31"
        result.utcOffset = -10_800
        return result
    }
}

extension CloudAnswer {
    /// The customer paid, and everything fits.
    ///
    /// - Parameters:
    ///   - transaction: the transaction that the answer is about.
    ///   - idPosTxs: Getnet's number.
    ///   - receipt: makes the receipt number and the authorization, so that results differ.
    /// - Returns: the answer.
    public static func approved(
        _ transaction: Transaction,
        idPosTxs: String? = "936101",
        receipt: Int64 = 17
    ) -> CloudAnswer {
        var result = TerminalResult.answering(transaction, responseCode: 0)
        result.responseMessage = "Aprobado"
        result.ticket = transaction.command.content.reference
        result.authorizationCode = "0109\(receipt + 12)"
        result.operationID = receipt
        result.tip = 0
        result.cashback = 0
        result.transToken = "800050001298300\(receipt)20261122071231"
        result.brandCode = "MC"
        result.cardTypeCode = "CR"
        result.last4 = "0042"
        result.entryMode = "16"
        return .finished(transaction, idPosTxs: idPosTxs, result)
    }

    /// The issuer refused the payment.
    public static func declined(_ transaction: Transaction, idPosTxs: String? = "936101") -> CloudAnswer {
        var result = TerminalResult.answering(transaction, responseCode: 51)
        result.responseMessage = "Fondos insuficientes"
        result.ticket = transaction.command.content.reference
        result.brandCode = "VI"
        result.cardTypeCode = "DB"
        result.last4 = "0043"
        result.entryMode = "07"
        return .finished(transaction, idPosTxs: idPosTxs, result)
    }

    /// The customer did not pay.
    public static func notCompleted(_ transaction: Transaction, idPosTxs: String? = "936101") -> CloudAnswer {
        var result = TerminalResult.answering(transaction, responseCode: 1006)
        result.responseMessage = "Tiempo de espera excedido"
        result.terminalID = nil
        result.entryMode = "09"
        return .finished(transaction, idPosTxs: idPosTxs, result)
    }

    /// A finished command with a result that the test makes.
    public static func finished(
        _ transaction: Transaction,
        idPosTxs: String? = "936101",
        _ result: TerminalResult
    ) -> CloudAnswer {
        CloudAnswer(
            code: .done,
            message: "TRANSACCION FINALIZADA",
            idPosTxs: idPosTxs,
            customID: transaction.id.description,
            result: result
        )
    }

    /// The answer to a status query while the customer still pays.
    public static let inProcess = CloudAnswer(code: .inProcess, message: "TRANSACTION IN PROCESS")

    /// An error of the cloud.
    public static func error(_ message: String = "TIMEOUT (90 SECONDS)") -> CloudAnswer {
        CloudAnswer(code: .error, message: message)
    }
}

extension CommandMessage {
    /// A message with a body, published with the key `charge.main`.
    ///
    /// - Parameters:
    ///   - body: the text of the body.
    ///   - routingKey: the key.
    /// - Returns: the message, sent at the sample instant.
    public static func sample(_ body: String, routingKey: String = "charge.main") -> CommandMessage {
        CommandMessage(
            exchange: "getnet.commands",
            routingKey: routingKey,
            body: Array(body.utf8),
            contentType: "application/json",
            timestamp: .sample
        )
    }
}

extension DeadLetter {
    /// A letter with a name and nothing else.
    public static func empty(named name: String) -> DeadLetter {
        DeadLetter(
            eventID: EventID(stored: name),
            exchange: "",
            routingKey: "",
            body: [],
            contentType: nil,
            correlationID: nil,
            headers: [:]
        )
    }
}
