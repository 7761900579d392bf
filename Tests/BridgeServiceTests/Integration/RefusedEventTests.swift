// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// A subscriber's queue that takes nothing, and rights that are missing.
@Suite("Events that the broker refuses")
struct RefusedEventTests {
    /// A queue that holds one message and refuses the next.
    private static func declareFullQueue(_ world: BridgeWorld, boundTo key: String) async throws {
        try await world.virtualHost.declareQueue(
            "full",
            arguments: #"{"x-max-length":1,"x-overflow":"reject-publish"}"#
        )
        let filled = await world.publisher.publish(
            AMQPMessage(exchange: "", routingKey: "full", mandatory: true, body: [1])
        )
        #expect(filled == .confirmed)
        try await world.virtualHost.bind("full", to: world.configuration.events.exchange, routingKey: key)
    }

    @Test("F5: one full queue for `submitted` hides no result, stops no command and is named")
    func submittedRefused() async throws {
        try await BridgeWorld.run { world in
            try await Self.declareFullQueue(world, boundTo: "charge.submitted.#")
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command)
            try await eventually("the refused key is named", within: BridgeWorld.patience) {
                let page = try await world.health("/readyz/commands?verbose")
                return page.status == 200 && page.text.contains("[+] outbox ok: the broker refuses")
                    && page.text.contains("charge.submitted.cl.main.12983.80005000")
            }
            #expect(world.bridge.takesCommands)
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            for number in 2...20 {
                let next = ChargeCommand(terminal: BridgeWorld.terminal(number))
                try await world.send(next)
                #expect(try await world.events.final(of: next.commandID).status == "approved")
            }
            try await eventually("the outbox is empty") { try await world.store.census().pendingEntries == 0 }
            try await eventually("nothing is named any more") {
                try await !world.health("/readyz/commands?verbose").text.contains("the broker refuses")
            }
        }
    }

    @Test("F5: a final event is tried until the queue takes it, and its key is named meanwhile")
    func approvedRefused() async throws {
        try await BridgeWorld.run(configure: { $0.outbox.holdCommandsAfter = .milliseconds(500) }) { world in
            try await Self.declareFullQueue(world, boundTo: "charge.approved.#")
            let command = ChargeCommand()
            try await world.send(command)
            try await eventually("commands are held and the key is named", within: BridgeWorld.patience) {
                let page = try await world.health("/readyz/commands")
                return page.status == 503 && page.text.contains("[-] outbox")
                    && page.text.contains("charge.approved.cl.main.12983.80005000")
            }
            try await world.virtualHost.deleteQueue("full")
            try await eventually("it is confirmed", within: BridgeWorld.patience) {
                try await world.store.census().pendingEntries == 0
            }
            try await world.settle()
            #expect(try await world.events.final(of: command.commandID).status == "approved")
        }
    }

    @Test(
        "F10: missing rights to write to the events exchange are found before the first command",
        arguments: ["verify", "none"]
    )
    func notWritable(mode: String) async throws {
        try await Surroundings.run { surroundings in
            // An installation would have made these exchanges and queues.
            try await surroundings.withBridge { _ in }
            try await surroundings.virtualHost.withUser(writing: "^(getnet.dead-letters|amq.default)$") { user in
                try await surroundings.withBridge(
                    {
                        $0.topology.mode = mode == "verify" ? .verify : .none
                        $0.amqp.username = user.username
                        $0.amqp.password = user.password
                    },
                    isSettled: false
                ) { world in
                    let command = ChargeCommand()
                    try await world.send(command)
                    try await eventually("the fault is named", within: BridgeWorld.patience) {
                        let page = try await world.health("/readyz/commands?verbose")
                        return page.text.contains("[-] topology: exchange getnet.events: forbidden")
                    }
                    #expect(try await world.store.transactions(TransactionQuestion()).isEmpty)
                    #expect(world.simulator.ledger.summary.posts == 0)
                    try await world.virtualHost.permit(user.username, writing: ".*")
                    #expect(try await world.events.final(of: command.commandID).status == "approved")
                }
            }
        }
    }

    @Test("F9: on a broker with small frames a dead letter with large headers loses headers and breaks nothing")
    func smallFrames() async throws {
        try await BridgeWorld.run(alone: true) { world in
            try await world.virtualHost.broker.setFrameMax(8_192)
            let result: Result<Void, any Error>
            do {
                result = .success(try await Self.refuseWithLargeHeaders(world))
            } catch {
                result = .failure(error)
            }
            try await world.virtualHost.broker.setFrameMax(131_072)
            try result.get()
        }
    }

    private static func refuseWithLargeHeaders(_ world: BridgeWorld) async throws {
        try await world.virtualHost.closeConnection(named: "getnet-bridge dead letters")
        try await eventually("it is connected anew", within: BridgeWorld.patience) {
            try await world.virtualHost.frameMax(ofConnection: "getnet-bridge dead letters") == 8_192
        }
        // The caller connected before the change, and so has large frames.
        try await world.send(Array(#"{"commandId":1}"#.utf8)) {
            $0.headers = [
                "small": "kept", "large": .string(String(repeating: "l", count: 20_000)),
                "larger": .string(String(repeating: "m", count: 9_000)),
            ]
        }
        let letter = try #require(try await world.surroundings.takeDeadLetters(1).first)
        #expect(letter.header("getnet-reason") == "wrong_type")
        #expect(letter.header("small") == "kept")
        #expect(letter.header("large") == nil)
        #expect(letter.header("getnet-headers-dropped") == "2")
        try await eventually("the outbox is empty") { try await world.store.census().pendingEntries == 0 }
    }
}
