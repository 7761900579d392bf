// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import Foundation
internal import Logging

/// Sends charges to terminals that never answer, and many more to one of them.
struct DeadTerminals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-terminals",
        abstract: "Publish charges for terminals that never answer, and a flood of them for one."
    )

    /// No answer to the POST, never a callback (`docs/simulator.md`).
    private static let unanswered = 15_305
    private static let firstTerminal = 90_000_000

    @Option(help: "The broker.")
    var amqp: String

    @Option(help: "How many terminals.")
    var terminals: Int

    @Option(help: "How many more charges go to the first of them.")
    var commands: Int

    @Option(help: "Charges per second.")
    var rate: Double

    func run() async throws {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let publisher = AMQPPublisher(endpoint: try AMQPEndpoint(url: amqp), name: "benchmark flood", logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await publisher.run() }
            while publisher.state != .connected { try await Task.sleep(for: .milliseconds(5)) }
            try await flood(publisher)
            group.cancelAll()
        }
    }

    private func flood(_ publisher: AMQPPublisher) async throws {
        let run = String(UInt32.random(in: .min ... .max), radix: 36)
        let start = ContinuousClock.now
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<terminals + commands {
                try await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous)
                group.addTask {
                    var properties = AMQPProperties()
                    properties.contentType = "application/json"
                    properties.deliveryMode = .persistent
                    let message = AMQPMessage.charge(
                        "\(run)-d\(number)",
                        at: Self.firstTerminal + (number < terminals ? number : 0),
                        amount: Self.unanswered,
                        properties
                    )
                    guard case .confirmed = await publisher.publish(message) else {
                        throw Failed(description: "a command was not confirmed")
                    }
                }
            }
        }
    }
}
