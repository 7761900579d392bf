// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import CAMQPFloor
internal import Logging

/// The plain C loop that consumes one message and publishes three, as a charge does.
struct BrokerFloor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Consume and publish in a plain C loop over librabbitmq; print what a charge's share uses."
    )

    /// Accepted, submitted, approved.
    private static let eventsOfACharge: Int32 = 3
    private static let source = "benchmark.floor.source"
    private static let destination = "benchmark.floor.destination"

    @Option(help: "The broker.")
    var amqp: String

    @Option(help: "How many messages are consumed.")
    var transactions: Int32

    @Option(help: "Publishes without a confirm, and deliveries without an acknowledgement.")
    var window: Int32

    @Option(help: "Size of what is published, in bytes.")
    var bodySize: Int32

    func run() async throws {
        let endpoint = try AMQPEndpoint(url: amqp)
        unsafe try withWork(endpoint) { work in
            guard unsafe camqpfloor_reset(&work) == 0 else { throw Failed(description: "the queues cannot be made") }
            // Fills the source with as many messages as the loop takes out.
            var filling = unsafe work
            unsafe filling.destination = unsafe work.source
            guard unsafe camqpfloor_publish(&filling) == 0 else {
                throw Failed(description: "the source is not filled")
            }
            let start = ContinuousClock.now
            let before = ProcessReading.ownProcessorMicroseconds()
            guard unsafe camqpfloor_consume_publish(&work) == 0 else { throw Failed(description: "the loop broke") }
            let after = ProcessReading.ownProcessorMicroseconds()
            figure("broker_us", (after - before) / Double(transactions))
            figure("broker_rate", Double(transactions) / ((ContinuousClock.now - start) / .seconds(1)))
            guard unsafe camqpfloor_reset(&work) == 0 else { throw Failed(description: "the queues are not emptied") }
        }
    }

    private func withWork(_ endpoint: AMQPEndpoint, _ body: (inout camqpfloor_work) throws -> Void) throws {
        let texts = [
            endpoint.host, endpoint.virtualHost, endpoint.username, endpoint.password, Self.source, Self.destination,
        ]
        var pointers: [UnsafePointer<CChar>] = unsafe []
        func add(_ rest: ArraySlice<String>) throws {
            guard let text = rest.first else {
                var work = unsafe camqpfloor_work(
                    host: pointers[0],
                    port: Int32(endpoint.port),
                    virtual_host: pointers[1],
                    username: pointers[2],
                    password: pointers[3],
                    source: pointers[4],
                    destination: pointers[5],
                    messages: transactions,
                    window: window,
                    body_size: bodySize,
                    fan_out: Self.eventsOfACharge
                )
                return unsafe try body(&work)
            }
            unsafe try text.withCString { pointer in
                unsafe pointers.append(pointer)
                try add(rest.dropFirst())
            }
        }
        try add(texts[...])
    }
}
