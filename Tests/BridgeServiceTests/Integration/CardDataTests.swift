// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService

@Suite("Card data")
struct CardDataTests {
    @Test func `stands nowhere: not in the store, its log, the lines, the events or the dead letters`() async throws {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "card data") { _ in CapturingLogHandler(lines: lines) }
        logger.logLevel = .trace
        let captured = logger
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(logger: captured) { world in
                // The forms of these answers: nested, flat, inside the acknowledgement, as text in text, unreadable,
                // contradicted, in doubt.
                let scenarios: [Int64] = [0, 101, 110, 202, 211, 213, 214, 501, 502, 503, 506, 507, 511, 514, 515]
                let commands = scenarios.enumerated().map { number, scenario in
                    ChargeCommand(terminal: BridgeWorld.terminal(number + 1), amount: 15_000 + scenario)
                }
                for command in commands { try await world.send(command) }
                try await eventually("everything is told", within: BridgeWorld.patience) {
                    let known = Set(world.events.all.filter { $0.isFinal || $0.status == "in_doubt" }.map(\.commandID))
                    return known.count == scenarios.count
                        && world.events.all.filter { $0.contradiction != nil }.count == 2
                }
                try await world.send(Array("no JSON".utf8))
                // A refusal that names a transaction with a known result.
                try await world.send(ChargeCommand(commandID: commands[0].commandID))
                let letters = try await world.surroundings.takeDeadLetters(2)
                _ = try await world.events.first("the conflict is told") { $0.data["conflict"] != nil }
                let pages = try await world.adminPages()
                #expect(pages.count == scenarios.count + 1)
                #expect(pages.filter { $0.contains("\"source\":\"callback\"") }.count > scenarios.count / 2)
                for secret in SimulatorCardData.searchable {
                    #expect(try surroundings.files(holding: secret).isEmpty, "in a file: \(secret)")
                    for event in world.events.all {
                        #expect(!String(decoding: event.body, as: UTF8.self).contains(secret), "in an event: \(secret)")
                        #expect(!"\(event.headers)".contains(secret), "in an event's headers: \(secret)")
                    }
                    for letter in letters {
                        let body = String(decoding: letter.body, as: UTF8.self)
                        #expect(!body.contains(secret), "in a dead letter: \(secret)")
                        #expect(!"\(letter.properties)".contains(secret), "in a dead letter's properties: \(secret)")
                    }
                    #expect(!pages.contains { $0.contains(secret) }, "on an admin page: \(secret)")
                }
            }
            let written = lines.withLockedValue { $0 }
            #expect(written.count > 10)
            for secret in SimulatorCardData.searchable {
                #expect(!written.contains { $0.contains(secret) }, "in a log line: \(secret)")
                #expect(try surroundings.files(holding: secret).isEmpty, "in a file after the stop: \(secret)")
            }
        }
    }
}

extension BridgeWorld {
    /// Everything that the admin port shows: the list, and the page of every transaction with its evidence.
    fileprivate func adminPages() async throws -> [String] {
        let list = try await admin("/v1/transactions?limit=500")
        var pages = [list.text]
        guard case .array(let transactions) = list.json["transactions"] else { return pages }
        for id in transactions.compactMap({ $0["transactionId"]?.string }) {
            pages.append(try await admin("/v1/transactions/\(id)").text)
        }
        return pages
    }
}

/// Remembers every line with its metadata.
struct CapturingLogHandler: LogHandler {
    let lines: NIOLockedValueBox<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: NIOLockedValueBox<[String]>) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let line =
            "\(event.level) \(event.message) \(all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " "))"
        lines.withLockedValue { $0.append(line) }
    }
}
