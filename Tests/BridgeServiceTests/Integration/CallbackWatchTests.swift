// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Callbacks that do not come")
struct CallbackWatchTests {
    @Test(
        "M3: are said in log, metric and readiness after five sales, and nothing is held back; the next callback ends it"
    )
    func silence() async throws {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "callbacks") { _ in CapturingLogHandler(lines: lines) }
        logger.logLevel = .info
        let captured = logger
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(logger: captured) { world in
                func remark() async throws -> String {
                    let page = try await world.health("/readyz/commands?verbose")
                    #expect(page.status == 200)
                    return page.text.split(separator: "\n").first { $0.contains("callbacks") }.map { String($0) } ?? ""
                }
                for number in 1...CallbackWatch.silentSales {
                    #expect(try await !remark().contains("no callback was taken"))
                    // No callback comes; the status query brings the result.
                    let silent = ChargeCommand(terminal: BridgeWorld.terminal(number), amount: 15_201)
                    try await world.send(silent)
                    #expect(try await world.events.final(of: silent.commandID).data["evidence"]?.string == "query")
                }
                try await eventually("it is said") {
                    try await remark().contains("no callback was taken for the last 5 sales")
                }
                #expect(try await remark().contains(world.configuration.http.publicURL))
                #expect(try await world.metric("sales_without_callback") == 5)
                #expect(world.bridge.takesCommands)
                let said = lines.withLockedValue { $0.filter { $0.contains("does the public URL lead here?") } }
                #expect(said.count == 1 && said[0].hasPrefix("warning"))

                let told = ChargeCommand(terminal: BridgeWorld.terminal(9))
                try await world.send(told)
                _ = try await world.events.final(of: told.commandID)
                // On a slow machine a query brings the result before the callback comes.
                try await eventually("it is over") { try await !remark().contains("no callback was taken") }
                #expect(try await world.metric("sales_without_callback") == 0)
            }
        }
    }
}
