// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import Testing

@testable import BridgeSettings

@Suite struct `Several accounts in the configuration` {
    private static let file = """
        accounts: [cl-main, ar-main]
        cloud:
          baseURL: https://c2c.example/api
          environment: uat
          queriesPerSecond: 7
        account:
          cl-main:
            country: cl
            clientId: chilean
            clientSecret: s3cret-one
          ar-main:
            country: ar
            clientId: argentine
            clientSecret: s3cret-two
            baseURL: https://c2c.example/ar
            queriesPerSecond: 9
        """
    private static let cloudKeys = ["BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "COUNTRY", "ENVIRONMENT"].map {
        "CLOUD_" + $0
    }

    @Test func `each has its own keys, and what is not its own it has in common`() throws {
        let outcome = try ConfigurationFixture().load(without: Self.cloudKeys, file: Self.file)
        #expect(outcome.faults.map(\.message) == [] && outcome.warnings.isEmpty)
        let clouds = try outcome.result.get().servedClouds
        #expect(clouds.map(\.account) == ["cl-main", "ar-main"])
        #expect(clouds.map(\.baseURL) == ["https://c2c.example/api", "https://c2c.example/ar"])
        #expect(clouds.map(\.country) == [.cl, .ar])
        #expect(clouds.map(\.clientSecret.exposed) == ["s3cret-one", "s3cret-two"])
        #expect(clouds.map(\.queriesPerSecond) == [7, 9])
        #expect(try outcome.result.get().accounts.all.map(\.profile.code) == ["cl", "ar"])
        let shown = outcome.values.filter { $0.key.hasSuffix("queriesPerSecond") }.map {
            "\($0.key) \($0.value ?? "-")"
        }
        #expect(
            shown == [
                "cloud.queriesPerSecond 7", "account.cl-main.queriesPerSecond 7", "account.ar-main.queriesPerSecond 9",
            ]
        )
        #expect(outcome.values.first { $0.key == "account.ar-main.clientSecret" }?.value == "<set>")
    }

    @Test func `the environment names them in capitals, and a secret may be a file`() throws {
        let fixture = try ConfigurationFixture()
        let secret = try fixture.write("s3cret-three\n", to: "secret")
        let outcome = try fixture.load(
            "--account.ar-main.clientId=from-a-flag",
            environment: [
                "GETNET_BRIDGE_ACCOUNTS": "ar-main,cl-main", "GETNET_BRIDGE_ACCOUNT_AR_MAIN_COUNTRY": "ar",
                "GETNET_BRIDGE_ACCOUNT_AR_MAIN_CLIENT_SECRET_FILE": secret,
                "GETNET_BRIDGE_ACCOUNT_CL_MAIN_CLIENT_ID": "client-8",
                "GETNET_BRIDGE_ACCOUNT_CL_MAIN_CLIENT_SECRET": "s3cret-four",
            ]
        )
        #expect(outcome.faults.isEmpty && outcome.warnings.isEmpty)
        let clouds = try outcome.result.get().servedClouds
        #expect(clouds.map(\.clientID) == ["from-a-flag", "client-8"])
        #expect(clouds.map(\.country) == [.ar, .cl])
        #expect(clouds.map(\.clientSecret.exposed) == ["s3cret-three", "s3cret-four"])
    }

    @Test func `no account has another one's credentials, and no two are one login`() throws {
        let own = ["--accounts=a,b", "--account.a.clientId=one", "--account.a.clientSecret=s3cret-one"]
        func faults(_ flags: [String], _ environment: [String: String] = [:]) -> [String] {
            BridgeConfiguration.load(
                flags: own + flags,
                environment: ConfigurationFixture.required.merging(environment) { $1 },
                configFile: nil
            ).faults.map { "\($0.key ?? "-") \($0.message)" }
        }
        #expect(faults([]) == ["account.b.clientId is required", "account.b.clientSecret is required"])
        let both = ["--account.b.clientSecret=s3cret-two", "--account.b.clientId=two"]
        #expect(faults(both).isEmpty)
        let same = ["--account.b.clientSecret=s3cret-two", "--account.b.clientId=one"]
        #expect(faults(same) == ["account.b.clientId is that of the account a"])
        #expect(faults(same + ["--account.b.baseURL=https://elsewhere.example/api"]).isEmpty)
        let spelled = [
            "--account.a.baseURL=https://c2c.example/api", "--account.b.baseURL=https://C2C.example:443/api",
        ]
        #expect(faults(same + spelled) == ["account.b.clientId is that of the account a"])
        let keyed = BridgeConfiguration.load(
            flags: own + both + ["--account.a.apiKey=own-key"],
            environment: ConfigurationFixture.required.merging(["GETNET_BRIDGE_CLOUD_API_KEY": "k3y"]) { $1 },
            configFile: nil
        )
        #expect(try keyed.result.get().servedClouds.map { $0.apiKey?.exposed } == ["own-key", nil])
    }

    @Test func `what an account lacks, what no account has and what two share is told`() throws {
        let lacking = try ConfigurationFixture().load(
            without: Self.cloudKeys,
            file: "accounts: [a, b]\naccount:\n  a:\n    country: cl\n  c:\n    country: ar\n"
        )
        let missing = ["baseURL", "clientId", "clientSecret", "environment"]
        let expected =
            ["account.c.country"] + missing.map { "account.a.\($0)" }
            + ["baseURL", "clientId", "clientSecret", "country", "environment"].map { "account.b.\($0)" }
        #expect(lacking.faults.map(\.key) == expected)
        func keys(_ flags: String...) throws -> [String?] {
            var outcome: ConfigurationOutcome?
            outcome = BridgeConfiguration.load(
                flags: flags,
                environment: ConfigurationFixture.required,
                configFile: nil
            )
            // Each account also lacks credentials of its own.
            return outcome?.faults.filter { $0.message != "is required" }.map(\.key) ?? []
        }
        #expect(try keys("--accounts=a-b,a_b") == ["accounts"])
        #expect(try keys("--accounts=a,a") == ["accounts"])
        // Names that the contract's schemas do not take, and the word that stands for no account.
        for name in ["AR-main", "ar.main", "-"] { #expect(try keys("--accounts=a,\(name)") == ["accounts"]) }
        #expect(try keys("--accounts=a,b", "--cloud.account=a") == ["cloud.account"])
        #expect(try keys("--accounts=a,b", "--account.b.baseURL=http://elsewhere/api") == ["account.b.baseURL"])
        #expect(try keys("--account.b.country=ar") == ["account.b.country"])
    }

    @Test func `one name alone is one account`() throws {
        let outcome = try ConfigurationFixture().load("--accounts=shop")
        #expect(try outcome.result.get().accounts.only?.name == "shop")
    }
}
