// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import Foundation
internal import Logging

/// Sends charges through a running bridge and measures it from outside.
struct Charges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "charges",
        abstract: "Publish charges over many terminals, read their events, measure the bridge."
    )

    @Option(help: "The broker.")
    var amqp: String

    @Option(help: "Base URL of the simulator.")
    var simulator: String

    @Option(help: "Base URL of the bridge's health port.")
    var health: String

    @Option(help: "File of the bridge's store; absent where it is no file: then rows are not read.")
    var store: String?

    @Option(help: "Process id of the bridge.")
    var pid: Int32

    @Option(help: "How many charges.")
    var transactions: Int

    @Option(help: "How many terminals, each with one charge at a time: the window.")
    var terminals: Int

    @Option(help: "Charges per second; absent: as fast as the terminals are free again.")
    var rate: Double?

    @Option(help: "Type of the queue that the events are read from: classic or quorum.")
    var queueType = "classic"

    func run() async throws {
        let endpoint = try AMQPEndpoint(url: amqp)
        let bridge = BridgeProbe(health: health, simulator: simulator)
        let rows = store.map { StoreProbe(path: $0) }
        let load = ChargeLoad(
            transactions: transactions,
            terminals: terminals,
            rate: rate,
            process: pid,
            endpoint: endpoint,
            queueType: queueType
        )
        try await bridge.withClient { bridge in
            let commits = try await bridge.commits()
            let entry = try rows?.newestOutboxEntry()
            let post = try await bridge.postsSoFar()
            let before = try ProcessReading.processorMicroseconds(of: pid)
            let start = ContinuousClock.now
            let memory = try await load.run()
            let wall = (ContinuousClock.now - start) / .seconds(1)
            try await bridge.untilOutboxIsEmpty()
            let after = try ProcessReading.processorMicroseconds(of: pid)
            let count = Double(transactions)
            figure("processor_us", (after - before) / count)
            figure("rate", count / wall)
            figure("commits", (try await bridge.commits() - commits) / count)
            for (index, mebibytes) in memory.enumerated() { figure("resident_\(index + 1)0%", mebibytes) }
            figures("charge_ms", percentilesOf: load.latencies)
            figures("callback_answer_ms", percentilesOf: try await bridge.callbackAnswers(from: post))
            if let rows, let entry {
                figures("callback_to_confirm_ms", percentilesOf: try rows.callbackToConfirm(after: entry))
            }
        }
    }
}
