// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeService
internal import Foundation

/// One charge as a message on the command exchange.
struct ChargeMessage: ReportedCommand {
    let commandID: String
    let reference: String?
    let amountText: String
    /// Whether the two were made up here.
    let generated: (commandID: Bool, reference: Bool)
    private let exchange: String
    private let routingKey: String
    private let body: [UInt8]
    private let sentAt: Timestamp

    /// Builds the message.
    ///
    /// - Throws: `Failure` if the metadata are no JSON.
    init(
        _ options: ChargeOptions,
        _ account: Account,
        _ configuration: BridgeConfiguration,
        at now: Timestamp
    ) throws(Failure) {
        let profile = account.profile
        let currency = options.currency ?? profile.currency.rawValue
        commandID = options.commandId ?? UUID().uuidString.lowercased()
        let reference = options.reference ?? Self.reference(of: commandID)
        self.reference = reference
        generated = (options.commandId == nil, options.reference == nil)
        amountText = AmountText.of(options.amount, currency)
        exchange = configuration.commands.exchange
        routingKey = "\(CommandType.charge.rawValue).\(account.name)"
        sentAt = now
        var metadata: JSON?
        if let text = options.metadata {
            do throws(JSONSyntaxError) {
                metadata = try JSONParser.parse(Array(text.utf8))
            } catch {
                throw Failure(.data, "--metadata: \(error.message), at byte \(error.offset)")
            }
        }
        body = Self.body(
            options,
            names: (commandID, reference),
            account: configuration.accounts.only == nil ? account.name : nil,
            currency: currency,
            profile: profile,
            metadata: metadata,
            at: now
        )
    }

    /// Reads the message as the bridge will.
    ///
    /// - Throws: `Failure` with everything that the bridge would refuse it for.
    func check(_ configuration: BridgeConfiguration) throws(Failure) {
        let reader = CommandReader(
            rules: CommandReader.Rules(
                accounts: configuration.accounts,
                maxBytes: configuration.commands.maxBytes,
                maxAge: configuration.commands.maxAge,
                ownQueues: []
            )
        )
        do throws(CommandRejection) {
            _ = try reader.read(
                CommandMessage(
                    exchange: exchange,
                    routingKey: routingKey,
                    body: body,
                    contentType: "application/json",
                    timestamp: sentAt
                ),
                acceptedAt: sentAt
            )
        } catch {
            // The names of terminals are the bridge's, which may run elsewhere.
            let faults = error.faults.filter { $0.code != .unknownAlias }
            guard !faults.isEmpty else { return }
            let lines = faults.map { "\n  \($0.path.isEmpty ? "command" : $0.path): \($0.message)" }
            throw Failure(.data, "the command is not valid, nothing was sent" + lines.joined())
        }
    }

    /// The message for the broker.
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
        facts.add("amount", amountText)
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

    private static func body(
        _ options: ChargeOptions,
        names: (commandID: String, reference: String),
        account: String?,
        currency: String,
        profile: CountryProfile,
        metadata: JSON?,
        at now: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { command in
            command.member("commandId", names.commandID)
            command.member("type", CommandType.charge.rawValue)
            command.member("account", account)
            command.member("terminal", terminal(options.terminal))
            command.object("amount") { amount in
                amount.member("value", options.amount)
                amount.member("currency", currency)
            }
            command.member("reference", names.reference)
            command.member("expiresAt", options.expiresIn.map { (now + $0.duration).description })
            if !options.saleOptions.isEmpty {
                let members = options.saleOptions.map { JSON.Member($0.name, $0.value(in: profile)) }
                command.member("options", JSON.object(members))
            }
            command.member("metadata", metadata)
        }
        return writer.bytes
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
