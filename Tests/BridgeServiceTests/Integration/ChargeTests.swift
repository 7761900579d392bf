// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService

@Suite("A charge, all the way")
struct ChargeTests {
    @Test func `an approved charge is accepted, submitted and approved, in order, once`() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            try await world.send(command) { $0.correlationID = "c-1" }
            let event = try await world.events.final(of: command.commandID)
            #expect(world.events.statuses(of: command.commandID) == ["accepted", "submitted", "approved"])
            #expect(world.events.of(command.commandID).map(\.sequence) == [1, 2, 3])
            #expect(event.routingKey == "charge.approved.cl.main.12983.80005000")
            #expect(event.correlationID == "c-1")
            #expect(world.simulator.ledger.summary.sales == 1)
        }
    }
}
