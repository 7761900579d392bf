// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import BridgeService
@testable import SelfTest

extension LoadTests {
    @Test("H: a bridge that dies at the same command again and again brings no other one to the delivery limit")
    func crashLoop() async throws {
        try await Site.run { site in
            try await site.makeStore()
            try await site.virtualHost.declareExchange("getnet.commands")
            try await site.virtualHost.declareExchange("getnet.dead-letters")
            try await site.virtualHost.declareQueue("dead")
            try await site.virtualHost.bind("dead", to: "getnet.dead-letters")
            try await site.virtualHost.declareQueue(
                "getnet-bridge.commands",
                arguments: """
                    {"x-queue-type":"quorum","x-dead-letter-exchange":"getnet.dead-letters",\
                    "x-dead-letter-strategy":"at-least-once","x-overflow":"reject-publish","x-delivery-limit":5}
                    """
            )
            try await site.virtualHost.bind("getnet-bridge.commands", to: "getnet.commands")
            let orders = Load("crash loop", count: 30, of: [LoadScenario(0, 1, ["approved"])]).orders
            try await site.sender.send(orders)
            var settings = site.settings
            settings.environment["GETNET_BRIDGE_FAIL_POINT"] = FailPoint.intakeUncommitted.rawValue
            // After six deaths the first command is dead-lettered; the second command gets the blame for the rest.
            for _ in 0..<9 {
                let bridge = try site.startBridge(settings)
                let exit = try await bridge.process.exit(within: .seconds(30))
                site.noteKill()
                #expect(exit == .signal(SIGKILL))
            }
            try await eventually("the one that was always there is dead-lettered") {
                try await site.virtualHost.depth(of: "dead") == 1
            }
            let bridge = try site.startBridge()
            try await eventually("all others are approved", within: Site.patience) {
                orders.count { site.events.latest[$0.commandID]?.status == "approved" } == orders.count - 1
            }
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.virtualHost.depth(of: "dead") == 1)
        }
    }
}
