// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// What the person on call reads: each doubt, each call for a person and each refusal once, with its ids.
@Suite("The log of a person on call")
struct OnCallLogTests {
    private func withLog(
        _ configure: @escaping @Sendable (inout BridgeConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (BridgeWorld, @escaping @Sendable () -> [String]) async throws -> Void
    ) async throws {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "on call") { _ in CapturingLogHandler(lines: lines) }
        logger.logLevel = .info
        let captured = logger
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(configure, logger: captured) { world in
                try await body(world) { lines.withLockedValue { $0 } }
            }
        }
    }

    @Test("M2: a doubt is a warning, the call for a person an error, each once and with ids and cause")
    func doubt() async throws {
        try await withLog({ $0.reconcile.giveUpAfter = .seconds(6) }) { world, lines in
            // The customer pays another amount than the command asked for.
            let command = ChargeCommand(amount: 15_507)
            try await world.send(command)
            let called = try await world.events.first("a person is called") {
                $0.commandID == command.commandID && $0.reason == "operator_needed"
            }
            let message = called.data["reason"]?["message"]?.string ?? ""
            #expect(message.contains("asked 15,507 CLP, told "), "\(message)")
            let mine = lines().filter { $0.contains("getnet.command=\(command.commandID)") && $0.contains("in doubt") }
            #expect(mine.count == 2, "\(mine)")
            #expect(mine.first?.hasPrefix("warning in doubt: money may have moved") == true)
            #expect(mine.last?.hasPrefix("error in doubt, and a person must decide now") == true)
            for line in mine {
                #expect(line.contains("getnet.transaction=\(called.transactionID ?? "?")"))
                #expect(line.contains("getnet.terminal="))
                #expect(line.contains("asked 15,507 CLP, told "))
            }
        }
    }

    @Test("M2: what Getnet refused is told with Getnet's own words, in the event, the story and the log")
    func refusal() async throws {
        try await withLog { world, lines in
            // KEYPOS NOT FOUND.
            let command = ChargeCommand(amount: 15_440)
            try await world.send(command)
            let failed = try await world.events.final(of: command.commandID)
            #expect(failed.status == "failed")
            let said = try #require(failed.data["reason"]?["said"]?.string)
            #expect(!said.isEmpty)
            let line = lines().first { $0.contains("getnet.command=\(command.commandID)") }
            #expect(
                line?.hasPrefix("warning Getnet refused it") == true && line?.contains("getnet.said=\(said)") == true
            )
            let page = try await world.admin("/v1/transactions/\(failed.transactionID ?? "")")
            #expect(page.text.contains(said))
            #expect(page.json["conclusion"]?["person"]?.string == "not_needed")
        }
    }

    @Test("M2: a command that was refused is told with its id and every fault")
    func command() async throws {
        try await withLog { world, lines in
            let command = ChargeCommand(amount: -1)
            try await world.send(command)
            _ = try await world.events.first("it is refused") {
                $0.commandID == command.commandID && !$0.faults.isEmpty
            }
            try await eventually("it is logged") {
                lines().contains {
                    $0.hasPrefix("info a command was refused") && $0.contains("getnet.command=\(command.commandID)")
                        && $0.contains("amount")
                }
            }
        }
    }
}
