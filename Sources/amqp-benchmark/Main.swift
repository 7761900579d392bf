// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import CAMQPFloor
import Glibc
import Logging

/// Measures AMQPClient beside its floor: the same work as plain C loops over librabbitmq.
///
/// `amqp-benchmark amqp://127.0.0.1:5672 [messages] [rounds]`; it makes and empties two queues of its own.
@main
struct Benchmark {
    private static let window = 256
    private static let bodySize = 512
    private static let source = "amqp-benchmark.source"
    private static let destination = "amqp-benchmark.destination"

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let url = arguments.first else {
            print("usage: amqp-benchmark amqp://host:port [messages] [rounds]")
            exit(EX_USAGE)
        }
        let numbers = arguments.dropFirst().compactMap { Int32($0) }
        let endpoint = try AMQPEndpoint(url: url)
        let messages = numbers.first ?? 20_000
        let rounds = numbers.dropFirst().first ?? 3
        print("\(messages) persistent messages of \(bodySize) B, window \(window), durable classic queues")
        for _ in 0..<rounds {
            let publishFloor = unsafe try measure(endpoint, messages) { unsafe camqpfloor_publish(&$0) }
            let publish = try await publish(endpoint, Int(messages))
            report("publish", publish, publishFloor)
            // What was published last is what is consumed now.
            try reset(endpoint, messages)
            _ = try await fill(endpoint, Int(messages), queue: source)
            let bothFloor = unsafe try measure(endpoint, messages, isReset: true) {
                unsafe camqpfloor_consume_publish(&$0)
            }
            try reset(endpoint, messages)
            _ = try await fill(endpoint, Int(messages), queue: source)
            let both = try await consumeAndPublish(endpoint, Int(messages))
            report("consume and publish", both, bothFloor)
        }
    }

    private static func report(_ what: String, _ measured: Cost, _ floor: Cost) {
        print("\(what): \(measured), floor \(floor), rate \(percent(floor.wall / measured.wall)) of the floor")
    }

    private static func percent(_ ratio: Double) -> String { "\(Int((ratio * 100).rounded())) %" }

    // MARK: - The floor

    private static func withWork<Value>(
        _ endpoint: AMQPEndpoint,
        _ messages: Int32,
        _ body: (inout camqpfloor_work) throws -> Value
    ) rethrows -> Value {
        unsafe try endpoint.host.withCString { host in
            unsafe try endpoint.virtualHost.withCString { virtualHost in
                unsafe try endpoint.username.withCString { username in
                    unsafe try endpoint.password.withCString { password in
                        unsafe try source.withCString { source in
                            unsafe try destination.withCString { destination in
                                var work = unsafe camqpfloor_work(
                                    host: host,
                                    port: Int32(endpoint.port),
                                    virtual_host: virtualHost,
                                    username: username,
                                    password: password,
                                    source: source,
                                    destination: destination,
                                    messages: messages,
                                    window: Int32(window),
                                    body_size: Int32(bodySize),
                                    fan_out: 1
                                )
                                return unsafe try body(&work)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func reset(_ endpoint: AMQPEndpoint, _ messages: Int32) throws {
        unsafe try withWork(endpoint, messages) { work in
            guard unsafe camqpfloor_reset(&work) == 0 else { throw Failed() }
        }
    }

    private static func measure(
        _ endpoint: AMQPEndpoint,
        _ messages: Int32,
        isReset: Bool = false,
        _ floor: (inout camqpfloor_work) -> Int32
    ) throws -> Cost {
        if !isReset { try reset(endpoint, messages) }
        let start = Cost.Reading()
        unsafe try withWork(endpoint, messages) { work in
            guard unsafe floor(&work) == 0 else { throw Failed() }
        }
        return Cost(since: start, messages: Int(messages))
    }

    // MARK: - AMQPClient

    private static func publish(_ endpoint: AMQPEndpoint, _ messages: Int) async throws -> Cost {
        try reset(endpoint, Int32(messages))
        return try await fill(endpoint, messages, queue: destination)
    }

    private static func fill(_ endpoint: AMQPEndpoint, _ messages: Int, queue: String) async throws -> Cost {
        let publisher = AMQPPublisher(endpoint: endpoint, name: "amqp-benchmark", logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await publisher.run() }
            try await connected(publisher)
            let start = Cost.Reading()
            // Twice the window, so that there is always one waiting for a free place.
            let callers = window * 2
            try await withThrowingTaskGroup(of: Void.self) { callersGroup in
                for caller in 0..<callers {
                    callersGroup.addTask {
                        for number in stride(from: caller, to: messages, by: callers) {
                            guard await publisher.publish(message(number, to: queue)) == .confirmed else {
                                throw Failed()
                            }
                        }
                    }
                }
                try await callersGroup.waitForAll()
            }
            let cost = Cost(since: start, messages: messages)
            group.cancelAll()
            return cost
        }
    }

    private static func consumeAndPublish(_ endpoint: AMQPEndpoint, _ messages: Int) async throws -> Cost {
        let publisher = AMQPPublisher(endpoint: endpoint, name: "amqp-benchmark", logger: logger)
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "amqp-benchmark-consumer",
            consumption: AMQPConsumption(queue: source, prefetch: UInt16(window)),
            logger: logger
        ) { delivery in
            let number = Int(delivery.properties.messageID ?? "") ?? 0
            let outcome = await publisher.publish(message(number, to: destination, body: delivery.body))
            if number == messages - 1 { continuation.yield() }
            return outcome == .confirmed ? .acknowledge : .requeue
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await publisher.run() }
            try await connected(publisher)
            let start = Cost.Reading()
            group.addTask { await consumer.run() }
            for await _ in ended { break }
            consumer.stopTaking()
            _ = await consumer.drain(deadline: .now + .seconds(30))
            let cost = Cost(since: start, messages: messages)
            group.cancelAll()
            return cost
        }
    }

    private static func connected(_ publisher: AMQPPublisher) async throws {
        while publisher.state != .connected {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func message(
        _ number: Int,
        to queue: String,
        body: [UInt8] = [UInt8](repeating: 0, count: bodySize)
    ) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.deliveryMode = .persistent
        properties.messageID = String(number)
        properties.contentType = "application/json"
        return AMQPMessage(exchange: "", routingKey: queue, mandatory: true, properties: properties, body: body)
    }

    private static let logger = Logger(label: "amqp-benchmark") { _ in SwiftLogNoOpLogHandler() }

    private struct Failed: Error {}
}

/// Wall and processor time of a piece of work.
struct Cost: CustomStringConvertible {
    struct Reading {
        let instant = ContinuousClock.now
        let processor: Double

        init() {
            var usage = rusage()
            unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
            processor = Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        }
    }

    let wall: Double
    let processor: Double
    let messages: Int

    init(since start: Reading, messages: Int) {
        let now = Reading()
        wall = (now.instant - start.instant) / .seconds(1)
        processor = now.processor - start.processor
        self.messages = messages
    }

    var description: String {
        let rate = Int(Double(messages) / wall)
        let micros = (processor / Double(messages) * 1e7).rounded() / 10
        return "\(rate)/s at \(micros) µs of processor each"
    }
}
