// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeSettings
internal import Foundation

/// A command that needs nothing but its terminal, as a message on the command exchange.
struct PlainCommand: FollowedCommand {
    let commandID: String
    private let exchange: String
    private let routingKey: String
    private let body: [UInt8]
    private let sentAt: Timestamp

    /// Builds the message, with an id of its own; without a life of its own it has the bridge's usual one.
    init(
        _ type: CommandType,
        at terminal: String,
        of account: String?,
        _ configuration: BridgeConfiguration,
        now: Timestamp,
        expiresIn life: Duration? = nil
    ) {
        let name = UUID().uuidString.lowercased()
        commandID = name
        exchange = configuration.commands.exchange
        routingKey = ([type.rawValue] + [account].compactMap { $0 }).joined(separator: ".")
        sentAt = now
        var writer = JSONWriter(reserving: 256)
        writer.object { command in
            command.member("commandId", name)
            command.member("type", type.rawValue)
            // The only account needs no name.
            command.member("account", configuration.accounts.only == nil ? account : nil)
            command.member("terminal", SentCommand.terminal(terminal))
            command.member("expiresAt", life.map { (now + $0).description })
        }
        body = writer.bytes
    }

    func amqp(replyTo queue: String) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = commandID
        properties.correlationID = commandID
        properties.replyTo = queue
        properties.timestamp = UInt64(clamping: sentAt.milliseconds / 1_000)
        properties.appID = "getnet-bridge terminals"
        return AMQPMessage(
            exchange: exchange,
            routingKey: routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
    }
}
