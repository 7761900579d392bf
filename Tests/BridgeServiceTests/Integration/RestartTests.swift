// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStoreSQLite
import Foundation
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Stop and start")
struct RestartTests {
    /// Leaves a row in the store as a crash would: accepted, and with its POST begun if the test wants so.
    private func leave(
        _ command: ChargeCommand,
        isPosting: Bool,
        acceptedAt: Timestamp = .current,
        in store: any TransactionStore,
        _ configuration: BridgeConfiguration
    ) async throws -> TransactionID {
        let message = CommandMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            body: command.json,
            timestamp: acceptedAt
        )
        let read = try CommandReader(rules: configuration.commandRules).read(message, acceptedAt: acceptedAt)
        let transaction = Transaction(
            id: TransactionID(at: acceptedAt, random: systemRandom()),
            command: read,
            country: "cl",
            environment: "uat",
            address: ReplyAddress(),
            acceptedAt: acceptedAt
        )
        _ = try await store.accept(transaction, from: message)
        if isPosting { _ = try await store.apply(.submissionStarted, to: transaction.id, at: .current) }
        return transaction.id
    }

    @Test func `a crash between the mark and the POST is doubt, never a second POST; what was only accepted is sent`()
        async throws
    {
        try await Surroundings.run { surroundings in
            let path = surroundings.folder.appendingPathComponent("store.db").path
            let store = try SQLiteStore(path: path).open(rules: surroundings.configuration.storeRules)
            let posting = ChargeCommand(terminal: BridgeWorld.terminal(1))
            let waiting = ChargeCommand(terminal: BridgeWorld.terminal(2))
            let doubtful = try await leave(posting, isPosting: true, in: store, surroundings.configuration)
            let accepted = try await leave(waiting, isPosting: false, in: store, surroundings.configuration)
            await store.close()

            try await surroundings.withBridge { world in
                #expect(try await world.events.final(of: waiting.commandID).status == "approved")
                _ = try await world.events.first("it is in doubt") {
                    $0.commandID == posting.commandID && $0.reason == "no_acknowledgement"
                }
            }
            // The same at the next start.
            try await surroundings.withBridge { world in
                #expect(world.simulator.ledger.entries(customID: doubtful.description).isEmpty)
                #expect(world.simulator.ledger.entries(customID: accepted.description).count == 1)
                let status = try await world.transaction(of: posting.commandID)?.status
                #expect(status == .inDoubt)
                #expect(world.events.statuses(of: posting.commandID) == ["accepted", "in_doubt"])
            }
        }
    }

    @Test(arguments: [false, true])
    func `what was accepted long ago and never told wakes no terminal before it is told`(
        isBrokerThere: Bool
    )
        async throws
    {
        try await Surroundings.run(configure: {
            $0.outbox.holdCommandsAfter = .milliseconds(500)
            // Only the gate may keep the bridge from sending it.
            $0.commands.maxAge = .seconds(600)
        }) { surroundings in
            try await surroundings.withBridge { _ in }
            try await surroundings.deleteEventsExchange()
            let path = surroundings.folder.appendingPathComponent("store.db").path
            let store = try SQLiteStore(path: path).open(rules: surroundings.configuration.storeRules)
            let commands = (1...20).map { ChargeCommand(terminal: BridgeWorld.terminal($0)) }
            for command in commands {
                let longAgo = Timestamp.current - .seconds(60)
                let configuration = surroundings.configuration
                _ = try await leave(command, isPosting: false, acceptedAt: longAgo, in: store, configuration)
            }
            await store.close()

            let closed = try freePort()
            try await surroundings.withBridge(
                {
                    $0.topology.mode = .none
                    if !isBrokerThere { $0.amqp.hosts = [.init(host: "127.0.0.1", port: closed)] }
                },
                isSettled: false
            ) { world in
                try await eventually("the rows are back") {
                    try await world.health("/readyz/commands?verbose").text.contains("[+] recovering")
                }
                try await always("no terminal is woken", for: .seconds(1)) {
                    world.simulator.ledger.summary.posts == 0
                }
                #expect(try await world.health("/readyz/commands?verbose").text.contains("[-] outbox:"))
            }

            try await surroundings.restoreEventsExchange()
            try await surroundings.withBridge { world in
                for command in commands {
                    let final = try await world.events.final(of: command.commandID)
                    #expect(final.status == "approved")
                }
                #expect(world.simulator.ledger.summary.posts == commands.count)
            }
        }
    }

    @Test func `a result that was called back while the bridge was down is asked for after the start`() async throws {
        try await Surroundings.run { surroundings in
            let command = ChargeCommand()
            surroundings.simulator.controls.holdCallbacks()
            try await surroundings.withBridge { world in
                try await world.send(command)
                _ = try await world.events.first("submitted") { $0.status == "submitted" }
            }
            surroundings.simulator.controls.releaseCallbacks()
            try await eventually("the callback was sent") { surroundings.simulator.ledger.summary.callbacks == 1 }
            try await surroundings.withBridge { world in
                let final = try await world.events.final(of: command.commandID)
                #expect(final.status == "approved")
                #expect(final.data["evidence"]?.string == "query")
                world.events.expectOrder(of: command.commandID)
                #expect(try await world.posts(of: command.commandID).count == 1)
            }
        }
    }

    @Test func `a stop turns readiness off, answers callbacks, finishes what is on the wire and tells it`() async throws
    {
        try await Surroundings.run(configure: {
            // Long enough for three requests on a busy machine; the POST on the wire outlives it.
            $0.shutdown.delay = .seconds(6)
            $0.submit.timeout = .seconds(8)
        }) { surroundings in
            let onTheWire = ChargeCommand(amount: 15_305)
            let called = ChargeCommand(terminal: BridgeWorld.terminal(2))
            let path = surroundings.folder.appendingPathComponent("store.db").path
            let commands = [onTheWire, called]
            try await surroundings.withStoppableBridge { world, stop in
                world.simulator.controls.holdCallbacks()
                for command in commands { try await world.send(command) }
                var urls: [String] = []
                for command in commands { urls.append(try await world.webhook(of: command.commandID)) }
                await stop()
                try await eventually("readiness is off") { try await world.health("/readyz").status == 503 }
                #expect(try await world.health("/livez").status == 200)
                #expect(try await world.callBack(urls[1], BridgeWorld.approval(terminal: called.terminal)) == 200)
            }
            #expect(try await surroundings.events.final(of: commands[1].commandID).status == "approved")
            _ = try await surroundings.events.first("the POST's end was told") {
                $0.commandID == commands[0].commandID && $0.reason == "no_acknowledgement"
            }
            let store = try SQLiteStore(path: path).open(rules: surroundings.configuration.storeRules)
            #expect(try await store.census().pendingEntries == 0)
            await store.close()
        }
    }

    @Test("E3: after a restart with the clock set back, no transaction gets the name of a final one")
    func namesAscend() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                let first = ChargeCommand(amount: 15_440)
                try await world.send(first)
                #expect(try await world.events.final(of: first.commandID).status == "failed")
            }
            // The clock stays within the tolerance, so that the bridge takes commands.
            clock.move(by: .seconds(-30))
            let open = ChargeCommand()
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.holdCallbacks()
                try await world.send(open)
                _ = try await world.events.first("it is submitted") {
                    $0.commandID == open.commandID && $0.status == "submitted"
                }
                let ended = ChargeCommand(terminal: BridgeWorld.terminal(2), amount: 15_440)
                try await world.send(ended)
                #expect(try await world.events.final(of: ended.commandID).status == "failed")
            }
            try await surroundings.withBridge(clock: clock.now) { world in
                let third = ChargeCommand(terminal: BridgeWorld.terminal(3), amount: 15_440)
                try await world.send(third)
                #expect(try await world.events.final(of: third.commandID).status == "failed")
            }
        }
    }

    @Test func `a stop with untold events and sleeping commands ends in time, and the next start goes on`() async throws
    {
        try await Surroundings.run(configure: {
            $0.outbox.holdCommandsAfter = .milliseconds(200)
            $0.shutdown.timeout = .seconds(4)
        }) { surroundings in
            try await surroundings.withBridge { _ in }
            let busy = ChargeCommand(amount: 15_410)
            let command = busy
            try await surroundings.withStoppableBridge({ $0.topology.mode = .none }) { world, stop in
                // Without this wait, the bridge's own look at the exchange would hold commands back already.
                try await eventually("commands are taken", within: BridgeWorld.patience) { world.bridge.takesCommands }
                try await world.surroundings.deleteEventsExchange()
                try await world.send(command)
                try await eventually("the outbox stands in the way") {
                    try await world.health("/readyz/commands?verbose").text.contains("[-] outbox:")
                }
                await stop()
            }
            try await surroundings.restoreEventsExchange()
            try await surroundings.withBridge { world in
                let final = try await world.events.final(of: command.commandID)
                #expect(final.status == "approved")
                world.events.expectOrder(
                    of: command.commandID,
                    ["accepted", "waiting", "submitted", "approved"]
                )
            }
        }
    }
}

extension Surroundings {
    /// Runs a bridge that the body stops; returns when the stop is over, which must be within the configured times.
    func withStoppableBridge(
        _ configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (BridgeWorld, @escaping @Sendable () async -> Void) async throws -> Void
    ) async throws {
        var configuration = configuration
        configure(&configuration)
        let path = folder.appendingPathComponent("store.db").path
        let store = try SQLiteStore(path: path).open(rules: configuration.storeRules)
        let bridge = try Bridge(configuration, store: store, logger: BridgeWorld.quiet)
        let world = BridgeWorld(surroundings: self, configuration: configuration, store: store, bridge: bridge)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: bridge)], logger: BridgeWorld.quiet)
        )
        let stoppedAt = NIOLockedValueBox<ContinuousClock.Instant?>(nil)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    try await world.settle()
                    try await body(world) {
                        stoppedAt.withLockedValue { $0 = .now }
                        await group.triggerGracefulShutdown()
                    }
                    try await tasks.waitForAll()
                }
            )
        } catch {
            result = .failure(error)
        }
        await store.close()
        try result.get()
        let took = try #require(stoppedAt.withLockedValue { $0 }).duration(to: .now)
        // A slow machine ends a little later; a stop that hangs never ends.
        #expect(took < configuration.shutdown.delay + configuration.shutdown.timeout * 3)
    }
}
