// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("Starting")
struct StartTests {
    @Test func `what Kubernetes makes of Services named like the bridge is passed over in silence`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            for (service, port) in [("GETNET_BRIDGE", "8081"), ("GETNET_BRIDGE_HTTP", "8080")] {
                settings.environment.merge([
                    "\(service)_SERVICE_HOST": "10.96.0.11",
                    "\(service)_SERVICE_PORT": port,
                    "\(service)_SERVICE_PORT_WEB": port,
                    "\(service)_PORT": "tcp://10.96.0.11:\(port)",
                    "\(service)_PORT_\(port)_TCP": "tcp://10.96.0.11:\(port)",
                    "\(service)_PORT_\(port)_TCP_PROTO": "tcp",
                    "\(service)_PORT_\(port)_TCP_PORT": port,
                    "\(service)_PORT_\(port)_TCP_ADDR": "10.96.0.11",
                ]) { $1 }
            }
            // Only the file has the port. If the variable GETNET_BRIDGE_HTTP_PORT counted, it would replace that port.
            let callbacks = settings.callbacks
            let file = site.folder.appendingPathComponent("bridge.yaml")
            try Data("http:\n  port: \(callbacks.port)\n".utf8).write(to: file)
            settings["http.port"] = nil
            settings["config"] = file.path
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let forged = await callbacks.post("/callbacks/0mwsgyeqdekkow81uccwexcp?token=k1.forged", "{}")
            #expect(forged?.status == 401)
            #expect(try await bridge.terminate() == .status(0))
            let words = try bridge.process.text()
            #expect(!words.contains("GETNET_BRIDGE_"), "\(words)")
        }
    }

    @Test func `every fault of the configuration is in one report, and serve ends with 78`() async throws {
        try await Site.run { site in
            var settings = site.settings
            settings["cloud.baseURL"] = nil
            settings["http.prot"] = "8080"
            settings["reconcile.interval"] = "5"
            settings["cloud.country"] = "br"
            settings.environment["GETNET_BRIDGE_LANES_DEPTH"] = "many"
            let bridge = try site.startBridge(settings)
            #expect(try await bridge.process.exit() == .status(78))
            let words = try bridge.process.text()
            let expected = [
                "cloud.baseURL", "http.prot", "http.port", "reconcile.interval", "cloud.country", "lanes.depth",
                "GETNET_BRIDGE_LANES_DEPTH",
            ]
            for word in expected { #expect(words.contains(word), "\(word) is missing in:\n\(words)") }
            #expect(!words.contains("demo+secret"))
        }
    }

    @Test(arguments: ["no-such-host.invalid", "203.0.113.7"])
    func `a host that cannot be listened on ends serve with 74 and the name of its key`(host: String) async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings["health.host"] = host
            let bridge = try site.startBridge(settings)
            #expect(try await bridge.process.exit() == .status(74))
            let words = try bridge.process.text()
            #expect(words.contains("health.host") && words.contains(host), "\(words)")
        }
    }

    @Test func `without a broker it runs, says so, answers callbacks, and goes on when one comes`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let port = try LoopbackPort.free()
            var settings = site.settings
            settings["amqp.hosts"] = "127.0.0.1:\(port)"
            let bridge = try site.startBridge(settings)
            try await bridge.process.eventually("callbacks are taken") {
                await settings.health.status("/readyz") == 200
            }
            let forged = await settings.callbacks.post("/callbacks/0mwsgyeqdekkow81uccwexcp?token=k1.forged", "{}")
            #expect(forged?.status == 401)
            let obstacles = await bridge.obstacles()
            #expect(obstacles.contains("not connected to the broker"), "\(obstacles)")
            try await FaultProxy.use(to: site.virtualHost.broker.port, listeningOn: port) { _ in
                try await bridge.ready()
                let orders = Load("late broker", count: 5, of: LoadScenario.knowable).orders
                try await site.sender.send(orders)
                try await bridge.process.eventually("charges end") { site.events.finals == orders.count }
                #expect(try await bridge.terminate() == .status(0))
            }
        }
    }

    @Test func `without exchanges and queues it runs, names them, and goes on when they come`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings["topology.mode"] = "verify"
            let bridge = try site.startBridge(settings)
            try await bridge.process.eventually("the missing ones are named") {
                let obstacles = await bridge.obstacles()
                return obstacles.contains("getnet.commands") && obstacles.contains("getnet-bridge.dead-letters")
            }
            let takesCallbacks = await settings.health.status("/readyz")
            #expect(takesCallbacks == 200)
            for name in ["commands", "control", "dead-letters"] {
                try await site.virtualHost.declareExchange("getnet.\(name)")
                try await site.virtualHost.declareQueue(
                    "getnet-bridge.\(name)",
                    arguments: #"{"x-queue-type":"quorum"}"#
                )
                try await site.virtualHost.bind("getnet-bridge.\(name)", to: "getnet.\(name)")
            }
            try await bridge.ready()
            let orders = Load("late topology", count: 5, of: LoadScenario.knowable).orders
            try await site.sender.send(orders)
            try await bridge.process.eventually("charges end") { site.events.finals == orders.count }
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test func `without Getnet it runs, says that charges wait for it, and goes on when it comes`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let port = try LoopbackPort.free()
            var settings = site.settings
            settings["cloud.baseURL"] = "http://127.0.0.1:\(port)/api"
            let bridge = try site.startBridge(settings)
            // The bridge takes commands and says what is missing: only Getnet's cloud.
            try await bridge.process.eventually("only Getnet's cloud is missing") {
                let parts = await bridge.obstacles().split(separator: "\n").filter { $0.hasPrefix("[-]") }
                return parts.count == 1 && parts[0].hasPrefix("[-] cloud")
            }
            let orders = Load("late Getnet", count: 5, of: LoadScenario.knowable).orders
            try await site.sender.send(orders)
            try await bridge.process.eventually("charges wait") {
                let latest = site.events.latest.values
                return latest.count == orders.count && latest.allSatisfy { $0.status == "waiting" }
            }
            let late = try await site.startSimulator(port: port)
            try await bridge.process.eventually("charges end", within: .seconds(60)) {
                site.events.finals == orders.count
            }
            #expect(try await bridge.terminate() == .status(0))
            let summary = try await late.summary()
            #expect(summary.sales == orders.count)
            #expect(summary.repeatedSales == 0)
        }
    }
}
