// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Logging
import NIOConcurrencyHelpers
import Rig

/// A consumer of the events exchange that remembers everything in the order of its arrival.
///
/// It reads events with a parser of its own, not with the bridge's.
struct EventQueue: Sendable {
    static let name = "test.events"
    /// A second queue of all events: what the first one lacks and this one has, the broker did not lose.
    static let witness = "test.witness"

    fileprivate struct State {
        var events: [DeliveredEvent] = []
        var bodies: [[UInt8]] = []
        var latest: [String: DeliveredEvent] = [:]
        var unreadable = 0
        var lastArrival = ContinuousClock.now
    }

    private let state: NIOLockedValueBox<State>
    private let consumer: AMQPConsumer

    init(_ endpoint: AMQPEndpoint, queue: String = Self.name, logger: Logger) {
        let state = NIOLockedValueBox(State())
        self.state = state
        consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "test events",
            consumption: AMQPConsumption(queue: queue, prefetch: 1),
            logger: logger
        ) { delivery in
            Transcript.events.append(
                event: delivery.body,
                contentType: delivery.properties.contentType,
                headers: delivery.properties.headers.compactMapValues {
                    if case .string(let text) = $0 { text } else { nil }
                }
            )
            let event = DeliveredEvent(delivery.body, messageID: delivery.properties.messageID)
            state.withLockedValue { $0.add(event, delivery.body) }
            return .acknowledge
        }
    }

    /// Makes the exchange, the queue and the binding, before anything can be published.
    static func declare(at endpoint: AMQPEndpoint) async throws {
        let topology = AMQPTopology(
            exchanges: [.init(name: "getnet.events")],
            queues: [.init(name: name)],
            bindings: [.init(queue: name, exchange: "getnet.events", routingKey: "#")]
        )
        let faults = await topology.establish(.declare, at: endpoint)
        if let fault = faults.first { throw ChildProcess.Failed(description: fault.description) }
    }

    /// Makes the second queue of all events, before anything can be published.
    static func declareWitness(at endpoint: AMQPEndpoint) async throws {
        let topology = AMQPTopology(
            queues: [.init(name: witness)],
            bindings: [.init(queue: witness, exchange: "getnet.events", routingKey: "#")]
        )
        let faults = await topology.establish(.declare, at: endpoint)
        if let fault = faults.first { throw ChildProcess.Failed(description: fault.description) }
    }

    /// Makes a queue beside it that takes one event on the way and refuses every other.
    static func declareFull(at endpoint: AMQPEndpoint) async throws {
        let queue = AMQPTopology.Queue(
            name: "test.full",
            arguments: ["x-max-length": .int64(1), "x-overflow": .string("reject-publish")]
        )
        let topology = AMQPTopology(
            exchanges: [.init(name: "getnet.events")],
            queues: [queue],
            bindings: [.init(queue: queue.name, exchange: "getnet.events", routingKey: "*.submitted.#")]
        )
        let faults = await topology.establish(.declare, at: endpoint)
        if let fault = faults.first { throw ChildProcess.Failed(description: fault.description) }
    }

    func run() async { await consumer.run() }

    /// Everything that arrived.
    var events: [DeliveredEvent] { state.withLockedValue { $0.events } }
    /// The texts of everything that arrived.
    var bodies: [[UInt8]] { state.withLockedValue { $0.bodies } }
    /// How many messages were no events.
    var unreadable: Int { state.withLockedValue { $0.unreadable } }
    /// The latest event of each command.
    var latest: [String: DeliveredEvent] { state.withLockedValue { $0.latest } }
    /// The latest event of a command.
    func latest(of commandID: String) -> DeliveredEvent? { state.withLockedValue { $0.latest[commandID] } }
    /// How many commands have their final event.
    var finals: Int { state.withLockedValue { state in state.latest.values.count(where: \.isFinal) } }
    /// How long nothing has arrived although something could have.
    ///
    /// A consumer that is not back after a crash of the broker has heard nothing yet.
    var silence: Duration {
        guard let subscribedAt = consumer.snapshot.subscribedAt else { return .zero }
        return max(subscribedAt, state.withLockedValue(\.lastArrival)).duration(to: .now)
    }
}

extension EventQueue.State {
    fileprivate mutating func add(_ event: DeliveredEvent?, _ body: [UInt8]) {
        lastArrival = .now
        bodies.append(body)
        guard let event else {
            unreadable += 1
            return
        }
        events.append(event)
        guard let command = event.commandID else { return }
        // An end is an end, also of a restored copy that counts anew.
        if let known = latest[command]?.sequence, known > event.sequence ?? 0, !event.isFinal { return }
        latest[command] = event
    }
}

extension DeliveredEvent {
    private struct Envelope: Decodable {
        struct Data: Decodable {
            let transactionId: String?
            let commandId: String?
            let status: String?
            let final: Bool?
            let sequence: Int64?
            let faults: [Fault]?
        }
        struct Fault: Decodable { let code: String }
        let specversion: String
        let id: String
        let type: String
        let subject: String?
        let data: Data
    }

    /// What a result says was paid, which only some events have.
    private struct Paid: Decodable {
        struct Data: Decodable { let result: Result }
        struct Result: Decodable {
            let authorizationCode: String?
            let amount: Amount?
        }
        struct Amount: Decodable { let value: Int64 }
        let data: Data
    }

    /// Reads a structured CloudEvent; `nil` if it is none, or its message has another name.
    fileprivate init?(_ body: [UInt8], messageID: String?) {
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(body)),
            envelope.specversion == "1.0", envelope.id == messageID,
            envelope.subject == envelope.data.transactionId
        else { return nil }
        let result = (try? JSONDecoder().decode(Paid.self, from: Data(body)))?.data.result
        self.init(
            id: envelope.id,
            name: envelope.type.split(separator: ".").dropLast().last.map(String.init) ?? "",
            transactionID: envelope.data.transactionId,
            commandID: envelope.data.commandId,
            status: envelope.data.status,
            isFinal: envelope.data.final ?? false,
            paidAmount: result?.amount?.value,
            authorizationCode: result?.authorizationCode,
            faultCodes: Set((envelope.data.faults ?? []).map(\.code)),
            sequence: envelope.data.sequence
        )
    }
}
