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

@Suite("A broker that is down")
struct BrokerOutageTests {
    /// One start of the broker costs many seconds, so everything that needs it stands here.
    @Test func `callbacks are answered, no terminal is woken, and every event arrives afterwards`() async throws {
        try await BridgeWorld.run(
            alone: true,
            configure: {
                $0.outbox.holdCommandsAfter = .milliseconds(500)
                $0.commands.maxAge = .seconds(600)
                // On a slow machine the callbacks come late: no query may decide before them.
                $0.reconcile.firstQueryAfter = .seconds(60)
                $0.reconcile.terminalLife = .seconds(300)
            }
        ) { world in
            let broker = world.virtualHost.broker
            world.simulator.controls.holdCallbacks()
            var sent: [ChargeCommand] = []
            for number in 1...10 {
                let command = ChargeCommand(terminal: BridgeWorld.terminal(number))
                sent.append(command)
                try await world.send(command)
            }
            for command in sent { _ = try await world.webhook(of: command.commandID) }
            let busy = ChargeCommand(terminal: BridgeWorld.terminal(11), amount: 15_411)
            try await world.send(busy)
            _ = try await world.events.first("the busy one waits") {
                $0.commandID == busy.commandID && $0.status == "waiting"
            }

            try await broker.kill()
            for command in sent {
                let url = try await world.webhook(of: command.commandID)
                #expect(try await world.callBack(url, BridgeWorld.approval(terminal: command.terminal)) == 200)
            }
            #expect(try await world.health("/readyz").status == 200)
            try await eventually("the outbox is too old") {
                try await world.health("/readyz/commands?verbose").text.contains("[-] outbox:")
            }
            #expect(try await world.health("/readyz/commands").status == 503)
            let severalRetries = world.configuration.submit.busyRetryAfter * 4
            let posts = try await world.postsAtRest(severalRetries)
            try await always("no terminal is woken", for: severalRetries) {
                world.simulator.ledger.summary.posts == posts
            }

            try await broker.start()
            for command in sent {
                let event = try await world.events.final(of: command.commandID, within: .seconds(60))
                #expect(event.status == "approved")
                world.events.expectOrder(of: command.commandID)
            }
            try await world.settle()
            try await eventually("the busy terminal is asked again") { world.simulator.ledger.summary.posts > posts }
            let next = ChargeCommand(terminal: BridgeWorld.terminal(12))
            try await world.send(next)
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: next.commandID).status == "approved")
            #expect(world.simulator.ledger.summary.repeatedSales == 0)
        }
    }
}

@Suite("Events that cannot be told")
struct HeldCommandsTests {
    @Test func `hold back commands and POSTs until they can be told again`() async throws {
        try await Surroundings.run(configure: { $0.outbox.holdCommandsAfter = .milliseconds(300) }) { surroundings in
            // The first bridge makes exchanges and queues; the second one does not repair what the test breaks.
            try await surroundings.withBridge { _ in }
            try await surroundings.withBridge({ $0.topology.mode = .none }) { world in
                world.simulator.controls.holdCallbacks()
                let first = ChargeCommand()
                try await world.send(first)
                let url = try await world.webhook(of: first.commandID)
                let busy = ChargeCommand(terminal: BridgeWorld.terminal(2), amount: 15_411)
                try await world.send(busy)
                _ = try await world.events.first("it waits") { $0.reason == "terminal_busy" }

                try await world.surroundings.deleteEventsExchange()
                #expect(try await world.callBack(url, BridgeWorld.approval()) == 200)
                try await eventually("the outbox stands in the way") {
                    try await world.health("/readyz/commands?verbose").text.contains("[-] outbox:")
                }
                try await eventually("the consumer is cancelled") {
                    try await world.health("/readyz/commands?verbose").text.contains("[-] consumer: held back")
                }
                let severalRetries = world.configuration.submit.busyRetryAfter * 4
                let posts = try await world.postsAtRest(severalRetries)
                let second = ChargeCommand(terminal: BridgeWorld.terminal(3))
                try await world.send(second)
                try await always("no command is taken, no terminal woken", for: severalRetries) {
                    try await world.transaction(of: second.commandID) == nil
                        && world.simulator.ledger.summary.posts == posts
                }

                try await world.surroundings.restoreEventsExchange()
                #expect(try await world.events.final(of: first.commandID).status == "approved")
                world.simulator.controls.releaseCallbacks()
                #expect(try await world.events.final(of: second.commandID).status == "approved")
                try await eventually("the busy one is tried again") { world.simulator.ledger.summary.posts > posts + 1 }
            }
        }
    }
}

extension HeldCommandsTests {
    @Test func `dead letters that cannot be published hold back neither events nor commands, and none is lost`()
        async throws
    {
        try await Surroundings.run(configure: { $0.outbox.holdCommandsAfter = .milliseconds(300) }) { surroundings in
            try await surroundings.withBridge { _ in }
            try await surroundings.withBridge({ $0.topology.mode = .none }) { world in
                try await world.surroundings.deleteDeadLetterExchange()
                try await world.send(Array("{}".utf8))
                let refusal = try await world.events.first("it is refused") { !$0.faults.isEmpty }
                try await always("commands are taken", for: world.configuration.outbox.holdCommandsAfter * 3) {
                    try await !world.health("/readyz/commands?verbose").text.contains("[-] outbox:")
                }
                for number in 1...5 {
                    let charge = ChargeCommand(terminal: BridgeWorld.terminal(number))
                    try await world.send(charge)
                    #expect(try await world.events.final(of: charge.commandID).status == "approved")
                }
                #expect(try await world.virtualHost.depth(of: world.configuration.deadLetters.queue) == 0)
                try await world.surroundings.restoreDeadLetterExchange()
                let letter = try await world.surroundings.takeDeadLetters(1)[0]
                #expect(letter.header("getnet-event-id") == refusal.id)
            }
        }
    }

    @Test func `an outbox that cannot be read holds commands and POSTs back until it can`() async throws {
        try await Surroundings.run(configure: { $0.outbox.holdCommandsAfter = .seconds(2) }) { surroundings in
            try await surroundings.withFailingStore { world, failing in
                failing.hideOutbox(true)
                try await eventually("the outbox stands in the way") {
                    try await world.health("/readyz/commands?verbose").text.contains("[-] outbox: the outbox has not")
                }
                let command = ChargeCommand()
                try await world.send(command)
                try await always("no command is taken", for: .milliseconds(500)) {
                    try await world.transaction(of: command.commandID) == nil
                }
                failing.hideOutbox(false)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
            }
        }
    }
}

extension BridgeWorld {
    /// How many POSTs the cloud saw when no more came for this long: one may have been on its way.
    func postsAtRest(_ duration: Duration) async throws -> Int {
        var posts = simulator.ledger.summary.posts
        var since = ContinuousClock.now
        try await eventually("no POST comes any more", within: Self.patience) {
            let seen = simulator.ledger.summary.posts
            if seen != posts { (posts, since) = (seen, .now) }
            return since.duration(to: .now) > duration
        }
        return posts
    }
}

extension Surroundings {
    /// Makes dead letters unpublishable while everything else works.
    func deleteDeadLetterExchange() async throws {
        try await virtualHost.broker.management(
            "DELETE",
            "exchanges/\(virtualHost.name)/\(configuration.deadLetters.exchange)"
        )
    }

    /// Makes dead letters publishable again.
    func restoreDeadLetterExchange() async throws {
        try await virtualHost.declareExchange(configuration.deadLetters.exchange)
        try await virtualHost.bind(configuration.deadLetters.queue, to: configuration.deadLetters.exchange)
    }

    /// Makes events unpublishable while everything else works.
    func deleteEventsExchange() async throws {
        try await virtualHost.broker.management(
            "DELETE",
            "exchanges/\(virtualHost.name)/\(configuration.events.exchange)"
        )
    }

    /// Makes events publishable again.
    func restoreEventsExchange() async throws {
        try await virtualHost.declareExchange(configuration.events.exchange)
        try await virtualHost.bind(EventLog.queue, to: configuration.events.exchange)
    }
}
