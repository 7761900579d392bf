// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import BridgeService
@testable import SelfTest

extension LoadTests {
    @Test func `killed between any two durable steps of any pipe, the bridge loses, doubles and guesses nothing`()
        async throws
    {
        try await Site.run { site in
            try await site.makeStore()
            let scenarios = LoadScenario.knowable + LoadScenario.lossy
            func load(_ purpose: String, _ count: Int, from first: Int, _ numbers: Int64...) -> [ChargeOrder] {
                Load(purpose, count: count, from: first, of: scenarios.filter { numbers.contains($0.number) }).orders
            }
            let points = FailPoint.allCases.filter(\.isOfCharges)
            // Every charge can end. Each round has three mixed charges, three that a callback ends, three that only a
            // query can end, and three that only a journal can end.
            let mixed = load("fail points", points.count * 3, from: 0, 0, 101, 110, 201, 203, 220, 301, 302)
            let called = load("fail points: callbacks", points.count * 3, from: 300_000, 0)
            let asked = load("fail points: queries", points.count * 3, from: 100_000, 201)
            let read = load("fail points: journals", points.count * 3, from: 200_000, 302)
            for (number, point) in points.enumerated() {
                var settings = site.settings
                // The bridge collects settlements: for so few charges one commit may hold all of them.
                let times = point == .relaySettled ? 1 : 1 + number % 3
                settings.environment["GETNET_BRIDGE_FAIL_POINT"] = "\(point.rawValue):\(times)"
                print("fail point \(point.rawValue):\(times)")
                let bridge = try site.startBridge(settings)
                let orders = [mixed, called, asked, read].flatMap { $0[(number * 3)..<(number * 3 + 3)] }
                let sender = site.sender
                async let sending: Void = sender.send(orders)
                let exit = try await bridge.process.exit(within: .seconds(30))
                site.noteKill()
                #expect(exit == .signal(SIGKILL), "\(point.rawValue) was not reached")
                try await sending
            }
            let bridge = try site.startBridge()
            let orders = mixed + called + asked + read
            try await site.awaitEnd(of: orders)
            let exit = try await bridge.terminate()
            let words = try bridge.process.text()
            #expect(exit == .status(0), "\(words.suffix(2_000))")
            try await site.judge(orders)
        }
    }

    @Test func `killed around the look before a void, the bridge gives nothing back twice`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let points = FailPoint.allCases.filter { $0.rawValue.hasPrefix("receipt.") }
            let load = Load("fail points of voids", count: points.count, of: [LoadScenario(0, 1, ["approved"])])
            let voids = load.orders.map { order in
                FollowUp(
                    verb: .void,
                    commandID: "\(order.commandID)-v",
                    reference: "V-\(order.reference)",
                    original: order
                )
            }
            for ((order, void), point) in zip(zip(load.orders, voids), points) {
                // A bridge that lives ends what the bridge before it began, and makes the next sale.
                try await site.whileServing {
                    try await site.sender.send([order])
                    try await site.awaitFinal(order.commandID)
                }
                try await site.die(at: point) { try await site.sender.send(void) }
            }
            try await site.finish(voids.map(\.commandID))
            try await site.judge(load.orders, voids)
            #expect(voids.allSatisfy { site.events.latest[$0.commandID]?.status == "approved" })
        }
    }

    @Test func `killed around the look before a close, the bridge closes each batch once`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let points = FailPoint.allCases.filter { $0.rawValue.hasPrefix("batch.") }
            for (number, point) in points.enumerated() {
                try await site.die(at: point) { try await site.sender.close("close-\(number)", at: "8100000\(number)") }
            }
            let commands = points.indices.map { "close-\($0)" }
            try await site.finish(commands)
            #expect(commands.allSatisfy { site.events.latest[$0]?.status == "completed" })
            #expect(try await site.simulator.closes() == points.count)
        }
    }

    @Test func `killed around a cancel, the bridge cancels its own charge or none`() async throws {
        try await Site.run(words: ["--country", "ar", "--think-time", "60s"]) { site in
            var settings = site.settings
            settings["cloud.country"] = "ar"
            try await site.makeStore(settings)
            let points = FailPoint.allCases.filter { point in
                ["control.", "cancel."].contains { point.rawValue.hasPrefix($0) }
            }
            var load = Load("fail points of cancels", count: points.count, of: [LoadScenario(0, 1, ["approved"])])
            load.sell(in: "ARS")
            let cancels = load.orders.map { order in
                FollowUp(verb: .cancel, commandID: "\(order.commandID)-c", reference: "-", original: order)
            }
            let nobody = ChargeOrder(commandID: "nobody", reference: "-", terminal: "-", amount: 1, outcomes: [])
            var sent = cancels
            for (number, point) in points.enumerated() {
                let greeting = FollowUp(verb: .cancel, commandID: "hello-\(number)", reference: "-", original: nobody)
                sent.append(greeting)
                // A bridge that lives takes what the one before left, so that the next one dies at its own cancel.
                try await site.whileServing(settings) {
                    try await site.sender.send(greeting)
                    try await site.awaitRefusal(of: greeting.commandID)
                }
                let hello = FollowUp(verb: .cancel, commandID: "hello-\(number)-2", reference: "-", original: nobody)
                sent.append(hello)
                try await site.die(at: point, settings) {
                    try await site.sender.send(hello)
                    if point.rawValue.hasPrefix("control.") { return }
                    // After this refusal it is certain that the bridge reads the control queue.
                    try await site.awaitRefusal(of: hello.commandID)
                    try await site.sender.send([load.orders[number]])
                    try await eventually("it is submitted", within: Site.patience) {
                        site.events.latest[load.orders[number].commandID]?.status == "submitted"
                    }
                    try await site.sender.send(cancels[number])
                }
                if point.rawValue.hasPrefix("control.") {
                    try await site.sender.send([load.orders[number]])
                    try await site.sender.send(cancels[number])
                }
            }
            try await site.finish(load.orders.map(\.commandID), settings)
            try await site.judge(load.orders, sent)
        }
    }
}

extension FailPoint {
    /// Whether a bridge reaches this point with charges alone.
    fileprivate var isOfCharges: Bool {
        !["receipt.", "batch.", "control.", "cancel."].contains { rawValue.hasPrefix($0) }
    }
}

extension Site {
    /// Starts a bridge that dies at a point, does some work, and waits for its death.
    fileprivate func die(
        at point: FailPoint,
        _ settings: BridgeSettings? = nil,
        after work: () async throws -> Void
    ) async throws {
        var settings = settings ?? self.settings
        settings.environment["GETNET_BRIDGE_FAIL_POINT"] = point.rawValue
        let bridge = try startBridge(settings)
        try await work()
        let exit = try await bridge.process.exit(within: .seconds(30))
        noteKill()
        #expect(exit == .signal(SIGKILL), "\(point.rawValue) was not reached")
    }

    /// Does some work while a bridge serves, and then stops the bridge in order.
    fileprivate func whileServing(_ settings: BridgeSettings? = nil, _ work: () async throws -> Void) async throws {
        let bridge = try startBridge(settings)
        try await bridge.ready()
        try await work()
        #expect(try await bridge.terminate() == .status(0))
    }

    fileprivate func awaitRefusal(of commandID: String) async throws {
        try await eventually("\(commandID) is refused", within: Self.patience) {
            events.latest[commandID]?.name == "rejected"
        }
    }

    fileprivate func awaitFinal(_ commandID: String) async throws {
        try await eventually("\(commandID) ends", within: Self.patience) { events.latest[commandID]?.isFinal == true }
    }

    /// Starts a bridge that ends what the others began.
    fileprivate func finish(_ commands: [String], _ settings: BridgeSettings? = nil) async throws {
        let bridge = try startBridge(settings)
        for command in commands { try await awaitFinal(command) }
        try await eventually("nothing comes any more", within: Self.patience) { events.silence > Self.calm }
        #expect(try await bridge.terminate() == .status(0))
    }
}
