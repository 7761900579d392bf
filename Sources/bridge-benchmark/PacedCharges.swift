// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import Foundation
internal import Logging

/// Sends charges at a pace that nothing slows down, and writes what became of each.
struct PacedCharges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paced-charges",
        abstract: "Publish charges at a steady pace, whatever becomes of them, and write down what was told of each."
    )

    @Option(help: "The broker.")
    var amqp: String

    @Option(help: "Charges per second.")
    var rate: Double

    @Option(help: "How many seconds charges are sent.")
    var seconds: Double

    @Option(help: "How many terminals take turns.")
    var terminals = 480

    @Option(help: "The number of the first of them.")
    var firstTerminal = 80_000_000

    @Option(help: "The amount, whose last three digits choose what the simulator does.")
    var amount = 15_000

    @Option(help: "How many seconds after it was sent a charge expires.")
    var lifetime = 120.0

    @Option(help: "How many seconds after the last charge the ends are waited for.")
    var patience = 60.0

    @Option(help: "Where a line of JSON is written for each charge, after the last end.")
    var output: String

    func run() async throws {
        let ledger = PacedLedger()
        let endpoint = try AMQPEndpoint(url: amqp)
        let name = "paced.\(ledger.run)"
        let queue = AMQPTopology(
            queues: [.init(name: name)],
            bindings: [.init(queue: name, exchange: "getnet.events", routingKey: "#")]
        )
        let faults = await queue.establish(.declare, at: endpoint)
        guard faults.isEmpty else { throw Failed(description: "\(faults)") }
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let publisher = AMQPPublisher(endpoint: endpoint, name: "paced commands", logger: logger)
        let consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "paced events",
            consumption: AMQPConsumption(queue: name, prefetch: 500),
            logger: logger
        ) { delivery in
            ledger.note(delivery)
            return .acknowledge
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await publisher.run() }
            group.addTask { await consumer.run() }
            while publisher.state != .connected || consumer.state != .consuming {
                try await Task.sleep(for: .milliseconds(5))
            }
            try await sendAll(publisher, ledger)
            let end = ContinuousClock.now + .seconds(patience)
            while ContinuousClock.now < end, !ledger.hasEveryEnd { try await Task.sleep(for: .milliseconds(50)) }
            group.cancelAll()
        }
        try ledger.text().write(toFile: output, atomically: true, encoding: .utf8)
    }

    private func sendAll(_ publisher: AMQPPublisher, _ ledger: PacedLedger) async throws {
        let start = ContinuousClock.now
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<Int(rate * seconds) {
                try await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous)
                let command = command(number, ledger)
                group.addTask {
                    guard case .confirmed = await publisher.publish(command) else {
                        throw Failed(description: "a command was not confirmed")
                    }
                }
            }
        }
    }

    private func command(_ number: Int, _ ledger: PacedLedger) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.correlationID = "\(ledger.run)-\(number)"
        properties.timestamp = UInt64(Date().timeIntervalSince1970)
        let expiry = Date(timeIntervalSinceNow: lifetime)
        ledger.send(number)
        return .charge(
            "\(ledger.run)-\(number)",
            at: firstTerminal + number % terminals,
            amount: amount,
            expiresAt: expiry.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            properties
        )
    }
}
