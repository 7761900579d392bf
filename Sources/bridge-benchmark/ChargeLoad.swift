// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import Foundation
internal import Logging
internal import NIOConcurrencyHelpers

/// Terminals that each send one charge after the other and wait for its final event.
struct ChargeLoad {
    /// How long a charge may take before the run is given up.
    private static let patience = Duration.seconds(60)
    private static let queue = "benchmark.events"

    let transactions: Int
    let terminals: Int
    let rate: Double?
    let process: Int32
    let endpoint: AMQPEndpoint
    let queueType: String

    /// The names of this run's charges begin so, so that runs on one store do not meet.
    private let run = String(UInt32.random(in: .min ... .max), radix: 36)
    private let memory = NIOLockedValueBox<(done: Int, samples: [Double])>((0, []))
    private let ends = NIOLockedValueBox<[Double]>([])

    init(
        transactions: Int,
        terminals: Int,
        rate: Double?,
        process: Int32,
        endpoint: AMQPEndpoint,
        queueType: String
    ) {
        self.transactions = transactions
        self.terminals = terminals
        self.rate = rate
        self.process = process
        self.endpoint = endpoint
        self.queueType = queueType
    }

    /// Sends every charge.
    ///
    /// - Returns: The bridge's resident memory in MiB after each tenth.
    func run() async throws -> [Double] {
        try await declare()
        let ends = (0..<terminals).map { _ in
            AsyncStream.makeStream(of: Final.self, bufferingPolicy: .bufferingNewest(8))
        }
        let tellers = ends.map(\.continuation)
        let publisher = AMQPPublisher(endpoint: endpoint, name: "benchmark commands", logger: Self.logger)
        let consumption = AMQPConsumption(queue: Self.queue, prefetch: 500)
        let consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "benchmark events",
            consumption: consumption,
            logger: Self.logger
        ) { delivery in
            if let final = Final(delivery, of: run), final.terminal < tellers.count {
                tellers[final.terminal].yield(final)
            }
            return .acknowledge
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await publisher.run() }
            group.addTask { await consumer.run() }
            while publisher.state != .connected || consumer.state != .consuming {
                try await Task.sleep(for: .milliseconds(5))
            }
            try await sendAll(publisher, ends.map(\.stream))
            group.cancelAll()
        }
        return memory.withLockedValue(\.samples)
    }

    /// Milliseconds from each command to its final event, as the one sees it who sent it.
    var latencies: [Double] { ends.withLockedValue { $0 } }

    private func declare() async throws {
        let topology = AMQPTopology(
            queues: [.init(name: Self.queue, arguments: ["x-queue-type": .string(queueType)])],
            bindings: [.init(queue: Self.queue, exchange: "getnet.events", routingKey: "#")]
        )
        let faults = await topology.establish(.declare, at: endpoint)
        guard faults.isEmpty else { throw Failed(description: "\(faults)") }
    }

    private func sendAll(_ publisher: AMQPPublisher, _ ends: [AsyncStream<Final>]) async throws {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (terminal, stream) in ends.enumerated() {
                group.addTask {
                    var events = stream.makeAsyncIterator()
                    for number in stride(from: terminal, to: transactions, by: terminals) {
                        if let rate {
                            try await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous)
                        }
                        try await charge(number, at: terminal, publisher, &events)
                    }
                }
            }
            group.addTask { try await giveUpWhenNothingMoves() }
            for _ in ends { try await group.next() }
            group.cancelAll()
        }
    }

    private func charge(
        _ number: Int,
        at terminal: Int,
        _ publisher: AMQPPublisher,
        _ events: inout AsyncStream<Final>.Iterator
    ) async throws {
        let start = ContinuousClock.now
        guard case .confirmed = await publisher.publish(command(number, at: terminal)) else {
            throw Failed(description: "a command was not confirmed")
        }
        while let final = await events.next(isolation: nil) {
            guard final.number == number else { continue }
            guard final.type.hasSuffix(".charge.approved.v1") else {
                throw Failed(description: "an end is \(final.type)")
            }
            let took = (ContinuousClock.now - start) / .milliseconds(1)
            ends.withLockedValue { $0.append(took) }
            return try noteMemory()
        }
    }

    private func noteMemory() throws {
        let done = memory.withLockedValue { memory in
            memory.done += 1
            return memory.done
        }
        guard done.isMultiple(of: max(transactions / 10, 1)) else { return }
        let resident = try ProcessReading.residentMebibytes(of: process)
        memory.withLockedValue { $0.samples.append(resident) }
    }

    private func giveUpWhenNothingMoves() async throws {
        var last = -1
        while true {
            let done = memory.withLockedValue(\.done)
            guard done != last else { throw Failed(description: "nothing moves after \(done) charges") }
            last = done
            do { try await Task.sleep(for: Self.patience) } catch { return }
        }
    }

    private func command(_ number: Int, at terminal: Int) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.correlationID = "\(run)-\(terminal)-\(number)"
        properties.timestamp = UInt64(Date().timeIntervalSince1970)
        return .charge("\(run)-\(number)", at: 80_000_000 + terminal, amount: 15_000, properties)
    }

    private static let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
}

extension AMQPMessage {
    /// A charge as a caller sends it.
    static func charge(
        _ name: String,
        at terminal: Int,
        amount: Int,
        expiresAt: String? = nil,
        _ properties: AMQPProperties
    ) -> AMQPMessage {
        let expiry = expiresAt.map { "\"expiresAt\":\"\($0)\"," } ?? ""
        let body = """
            {"commandId":"benchmark-\(name)","type":"charge","terminal":{"idTerminal":"\(terminal)",\
            "idSucursal":"12983","serialNumber":"SNBENCH\(10_000 + terminal % 10_000)"},\
            "amount":{"value":\(amount),"currency":"CLP"},\
            "reference":"\(name.uppercased())",\(expiry)"options":{"printOnPos":false,"saleType":1,"employeeId":1},\
            "metadata":{"orderId":"o-\(name)","channel":"benchmark"}}
            """
        return AMQPMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            mandatory: true,
            properties: properties,
            body: Array(body.utf8)
        )
    }
}

/// The final event of a charge of this run.
private struct Final: Sendable {
    let terminal: Int
    let number: Int
    let type: String

    private static let others = [".accepted.v1", ".submitted.v1", ".waiting.v1"]

    init?(_ delivery: Delivery, of run: String) {
        let words = delivery.properties.correlationID?.split(separator: "-") ?? []
        guard words.count == 3, words[0] == run, let terminal = Int(words[1]), let number = Int(words[2]),
            let type = delivery.properties.type, !Self.others.contains(where: type.hasSuffix)
        else { return nil }
        self.terminal = terminal
        self.number = number
        self.type = type
    }
}
