// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import NIOConcurrencyHelpers
import ServiceLifecycle
import TestSupport
import Testing

@testable import BridgeService

/// A consumer of the events exchange that remembers everything in the order of its arrival.
struct EventLog: Service {
    static let queue = "test.events"

    /// One event as it arrived.
    struct Entry: Sendable {
        let routingKey: String
        let id: String?
        let correlationID: String?
        let headers: [String: AMQPValue]
        let envelope: JSON
        let body: [UInt8]

        var data: JSON { envelope["data"] ?? .null }
        var status: String? { data["status"]?.string }
        var sequence: Int64? { data["sequence"]?.integer }
        var isFinal: Bool { data["final"] == .bool(true) }
        var commandID: String? { data["commandId"]?.string }
        var reason: String? { data["reason"]?["code"]?.string }
        var transactionID: String? { data["transactionId"]?.string }
        /// The codes of a rejection.
        var faults: [String] {
            guard case .array(let faults) = data["faults"] else { return [] }
            return faults.compactMap { $0["code"]?.string }
        }
        /// What a contradiction is about.
        var contradiction: String? { data["contradiction"]?["code"]?.string }
    }

    private let entries: NIOLockedValueBox<[Entry]>
    private let consumer: AMQPConsumer

    init(endpoint: AMQPEndpoint, queue: String = Self.queue) {
        let entries = NIOLockedValueBox<[Entry]>([])
        self.entries = entries
        consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "test events",
            consumption: AMQPConsumption(queue: queue, prefetch: 200),
            logger: BridgeWorld.quiet
        ) { delivery in
            Transcript.events.append(delivery)
            let entry = Entry(
                routingKey: delivery.routingKey,
                id: delivery.properties.messageID,
                correlationID: delivery.properties.correlationID,
                headers: delivery.properties.headers,
                envelope: (try? JSONParser.parse(delivery.body)) ?? .null,
                body: delivery.body
            )
            entries.withLockedValue { $0.append(entry) }
            return .acknowledge
        }
    }

    func run() async throws {
        try await ConsumerService(consumer: consumer, drainTimeout: .seconds(1)).run()
    }

    /// Everything that arrived.
    var all: [Entry] { entries.withLockedValue { $0 } }

    /// What arrived about a command.
    func of(_ commandID: String) -> [Entry] { all.filter { $0.commandID == commandID } }

    /// The statuses that arrived about a command.
    func statuses(of commandID: String) -> [String] { of(commandID).compactMap(\.status) }

    /// Waits for the event that ends a command.
    func final(of commandID: String, within limit: Duration = BridgeWorld.patience) async throws -> Entry {
        try await first("\(commandID) is final", within: limit) { $0.commandID == commandID && $0.isFinal }
    }

    /// Waits for an event.
    func first(
        _ what: String,
        within limit: Duration = BridgeWorld.patience,
        where fits: @Sendable (Entry) -> Bool
    ) async throws -> Entry {
        var found: Entry?
        try await eventually(what, within: limit) {
            found = all.first(where: fits)
            return found != nil
        }
        return try #require(found)
    }
}

extension Transcript {
    /// Writes down a delivery that is an event.
    func append(_ delivery: Delivery) {
        append(
            event: delivery.body,
            contentType: delivery.properties.contentType,
            headers: delivery.properties.headers.compactMapValues {
                if case .string(let text) = $0 { text } else { nil }
            }
        )
    }
}
