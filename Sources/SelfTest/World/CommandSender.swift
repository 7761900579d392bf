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
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = UUID().uuidString
        properties.timestamp = UInt64(sentAt.timeIntervalSince1970)
        let message = AMQPMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            mandatory: true,
            properties: properties,
            body: order.json
        )
        try await eventually("\(order.commandID) is confirmed", within: Self.patience) {
            await publisher.publish(message) == .confirmed
        }
    }
}
