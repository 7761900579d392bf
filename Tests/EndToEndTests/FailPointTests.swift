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
            // Queries, lost acknowledgements and all ends, so that every pipe has something to do in every round.
            let scenarios = LoadScenario.knowable.filter { [0, 101, 110, 201, 203, 220].contains($0.number) }
            let charges = 8
            let load = Load(
                "fail points",
                count: FailPoint.allCases.count * charges,
                of: scenarios + LoadScenario.lossy.filter { [301, 302].contains($0.number) }
            )
            var rest = load.orders[...]
            for (number, point) in FailPoint.allCases.enumerated() {
                var settings = site.settings
                settings.environment["GETNET_BRIDGE_FAIL_POINT"] = "\(point.rawValue):\(1 + number % 3)"
                let bridge = try site.startBridge(settings)
                let orders = Array(rest.prefix(charges))
                rest = rest.dropFirst(charges)
                let sender = site.sender
                async let sending: Void = sender.send(orders)
                let exit = try await bridge.process.exit(within: .seconds(30))
                site.noteKill()
                #expect(exit == .signal(SIGKILL), "\(point.rawValue) was not reached")
                try await sending
            }
            let bridge = try site.startBridge()
            try await site.awaitEnd(of: load.orders)
            let exit = try await bridge.terminate()
            let words = try bridge.process.text()
            #expect(exit == .status(0), "\(words.suffix(2_000))")
            try await site.judge(load.orders)
        }
    }
}
