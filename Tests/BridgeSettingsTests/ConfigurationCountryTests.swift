// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import BridgeSettings

@Suite struct `A country without documents` {
    private func load(_ environment: [String: String]) throws -> ConfigurationOutcome {
        let prefixed = environment.map { ("GETNET_BRIDGE_CLOUD_" + $0.key, $0.value) }
        return try ConfigurationFixture().load(environment: Dictionary(uniqueKeysWithValues: prefixed))
    }

    @Test func `does not start before the configuration says what amounts and branches look like there`() throws {
        for half in [[:], ["AMOUNT_UNIT": "major"], ["BRANCH_FORM": "number"]] {
            let outcome = try load(half.merging(["COUNTRY": "uy"]) { $1 })
            let fault = try #require(outcome.faults.first)
            #expect(outcome.faults.count == 1 && fault.message.contains("amountUnit and branchForm have to be set"))
        }
        let whole = try load(["COUNTRY": "uy", "AMOUNT_UNIT": "major", "BRANCH_FORM": "digits"])
        let profile = try whole.result.get().accounts.all[0].profile
        #expect(profile.amountUnit == .major && profile.branchForm == .paddedString(10))
    }

    @Test func `is the only one of which that may be said`() throws {
        for country in ["cl", "ar"] {
            let outcome = try load(["COUNTRY": country, "AMOUNT_UNIT": "major"])
            #expect(outcome.faults.map(\.message).contains { $0.contains("is documented") })
            #expect(try load(["COUNTRY": country]).faults.isEmpty)
        }
    }
}
