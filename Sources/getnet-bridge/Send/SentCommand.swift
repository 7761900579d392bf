// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings
internal import Foundation

/// A command or a control message as flags make it, checked as the bridge will.
struct SentCommand: ReportedCommand {
    let commandID: String
    let reference: String?
    /// Whether the two were made up here.
    let generated: (commandID: Bool, reference: Bool)
    let startsNothing: Bool
    private let amountText: String?
    private let exchange: String
    private let routingKey: String
    private let body: [UInt8]
    /// When it was sent first: a repetition is as old as what it repeats.
    let sentAt: Timestamp

    /// A command about a terminal.
    ///
    /// - Throws: `Failure` for what no message can be made of.
    init(
        _ type: CommandType,
        _ options: CommandOptions,
        original: JSON? = nil,
        amount: (value: Int64, currency: String)? = nil,
        _ account: Account,
        _ configuration: BridgeConfiguration,
        at now: Timestamp
    ) throws(Failure) {
        let name = options.commandId ?? UUID().uuidString.lowercased()
        let reference = options.reference ?? (type.effect.movesMoney ? Self.reference(of: name) : nil)
        commandID = name
        self.reference = reference
        generated = (options.commandId == nil, options.reference == nil)
        startsNothing = false
        amountText = amount.map { AmountText.of($0.value, $0.currency) }
        exchange = configuration.commands.exchange
        routingKey = "\(type.rawValue).\(account.name)"
        let sentAt = options.sentAt ?? now
        guard sentAt <= now else { throw Failure(.usage, "--sent-at \(sentAt) is in the future; nothing was sent") }
        self.sentAt = sentAt
        let metadata = try Self.json(options.metadata, "--metadata")
        var writer = JSONWriter(reserving: 512)
        writer.object { command in
            command.member("commandId", name)
            command.member("type", type.rawValue)
            command.member("account", configuration.accounts.only == nil ? account.name : nil)
            command.member("terminal", Self.terminal(options.terminal))
            if let amount {
                command.object("amount") { member in
                    member.member("value", amount.value)
                    member.member("currency", amount.currency)
                }
            }
            command.member("reference", reference)
            command.member("original", original)
            command.member("expiresAt", options.expiresIn.map { (sentAt + $0.duration).description })
            if !options.fields.isEmpty {
                let members = options.fields.map { JSON.Member($0.name, $0.value(in: account.profile, of: type)) }
                command.member("options", JSON.object(members))
            }
            command.member("metadata", metadata)
        }
        body = writer.bytes
    }

    /// A control message about a transaction.
    init(
        _ verb: ControlVerb,
        original: JSON,
        commandID: String?,
        account: String?,
        _ configuration: BridgeConfiguration,
        at now: Timestamp
    ) {
        let name = commandID ?? UUID().uuidString.lowercased()
        self.commandID = name
        reference = nil
        generated = (commandID == nil, false)
        startsNothing = true
        amountText = nil
        exchange = configuration.control.exchange
        routingKey = ([verb.rawValue] + [account].compactMap(\.self)).joined(separator: ".")
        sentAt = now
        var writer = JSONWriter(reserving: 256)
        writer.object { message in
            message.member("commandId", name)
            message.member("type", verb.rawValue)
            message.member("account", account)
            message.member("original", original)
        }
        body = writer.bytes
    }

    /// Reads the message as the bridge will.
    ///
    /// - Throws: `Failure` with everything that the bridge would refuse it for.
    func check(_ configuration: BridgeConfiguration, at now: Timestamp = .current) throws(Failure) {
        let message = CommandMessage(
            exchange: exchange,
            routingKey: routingKey,
            body: body,
            contentType: "application/json",
            timestamp: sentAt,
            address: ReplyAddress(replyTo: "answers")
        )
        guard case .refused(let faults) = MessageCheck(message, configuration, at: now) else { return }
        let lines = faults.map { "\n  \($0.line(in: "command"))" }
        throw Failure(.data, "the command is not valid, nothing was sent" + lines.joined())
    }

    func amqp(replyTo queue: String) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = commandID
        properties.correlationID = commandID
        properties.replyTo = queue
        properties.timestamp = UInt64(clamping: sentAt.milliseconds / 1_000)
        properties.appID = "getnet-bridge send"
        return AMQPMessage(
            exchange: exchange,
            routingKey: routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
    }

    /// The message for people.
    var text: String {
        var facts = Facts()
        facts.add("exchange", exchange)
        facts.add("routing key", routingKey)
        facts.add("content type", "application/json")
        facts.add("message id", commandID)
        if let amountText { facts.add("amount", amountText) }
        facts.add("body", String(decoding: body, as: UTF8.self))
        return facts.text
    }

    /// The message for machines.
    var document: [UInt8] {
        var writer = JSONWriter(reserving: 1_024)
        writer.object { message in
            message.member("exchange", exchange)
            message.member("routingKey", routingKey)
            message.member("messageId", commandID)
            message.member("body", rawJSON: body)
        }
        return writer.bytes
    }

    private static func json(_ text: String?, _ flag: String) throws(Failure) -> JSON? {
        guard let text else { return nil }
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(Array(text.utf8))
        } catch {
            throw Failure(.data, "\(flag): \(error.message), at byte \(error.offset)")
        }
    }

    /// A terminal as a command names it: by its three parts, or by an alias.
    static func terminal(_ text: String) -> JSON {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return .string(text) }
        return .object([
            JSON.Member("idTerminal", .string(parts[0])),
            JSON.Member("idSucursal", .string(parts[1])),
            JSON.Member("serialNumber", .string(parts[2])),
        ])
    }

    /// As many as a reference may have.
    private static let referenceDigits = 24

    /// The reference of a command without one: made from its id, so that a repetition has the same content.
    ///
    /// Shape: 24 hexadecimal digits of SHA-256, by way of the one public name that is made from content.
    static func reference(of commandID: String) -> String {
        let digits = EventID(hashing: [Array(commandID.utf8)]).description.filter(\.isHexDigit)
        return String(digits.prefix(referenceDigits))
    }
}
