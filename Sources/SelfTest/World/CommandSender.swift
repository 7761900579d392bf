// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Rig

/// Publishes commands as a careful caller does: until the broker has confirmed, always with the same id.
struct CommandSender: Sendable {
    static let patience = Duration.seconds(120)

    let publisher: AMQPPublisher

    /// Sends orders side by side; returns once each is confirmed.
    func send(_ orders: [ChargeOrder], sentAt: Date = Date()) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for order in orders {
                group.addTask { try await send(order, sentAt: sentAt) }
            }
            try await group.waitForAll()
        }
    }

    /// Sends an order; returns once it is confirmed.
    func send(_ order: ChargeOrder, sentAt: Date = Date()) async throws {
        try await send(order.json, .init("getnet.commands", "charge.main", order.commandID), sentAt: sentAt)
    }

    /// Sends what is about an order; returns once it is confirmed.
    func send(_ followUp: FollowUp) async throws {
        let exchange = followUp.verb == .cancel ? "getnet.control" : "getnet.commands"
        try await send(followUp.json, .init(exchange, "\(followUp.verb.rawValue).main", followUp.commandID))
    }

    /// Sends a close of a terminal's batch; returns once it is confirmed.
    func close(_ commandID: String, at terminal: String) async throws {
        let body = """
            {"commandId":"\(commandID)","type":"close",\
            "terminal":{"idTerminal":"\(terminal)","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}}
            """
        try await send(Array(body.utf8), .init("getnet.commands", "close.main", commandID))
    }

    /// Sends a command's bytes; returns once they are confirmed.
    func send(_ body: [UInt8], to routingKey: String, as commandID: String) async throws {
        try await send(body, .init("getnet.commands", routingKey, commandID))
    }

    /// Publishes an event as the bridge would, or into one queue only; returns once it is confirmed.
    func sendEvent(_ body: [UInt8], id: String, to queue: String? = nil) async throws {
        var properties = AMQPProperties()
        properties.contentType = "application/cloudevents+json"
        properties.deliveryMode = .persistent
        properties.messageID = id
        let message = AMQPMessage(
            exchange: queue == nil ? "getnet.events" : "",
            routingKey: queue ?? "example.event.of.the.contract",
            mandatory: true,
            properties: properties,
            body: body
        )
        try await eventually("\(id) is confirmed", within: Self.patience) {
            await publisher.publish(message) == .confirmed
        }
    }

    private func send(_ body: [UInt8], _ address: Address, sentAt: Date = Date()) async throws {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = UUID().uuidString
        properties.timestamp = UInt64(sentAt.timeIntervalSince1970)
        let message = AMQPMessage(
            exchange: address.exchange,
            routingKey: address.routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
        try await eventually("\(address.commandID) is confirmed", within: Self.patience) {
            await publisher.publish(message) == .confirmed
        }
    }

    /// Where a command goes, and what it is called in a failure.
    private struct Address {
        let exchange: String
        let routingKey: String
        let commandID: String

        init(_ exchange: String, _ routingKey: String, _ commandID: String) {
            (self.exchange, self.routingKey, self.commandID) = (exchange, routingKey, commandID)
        }
    }
}
