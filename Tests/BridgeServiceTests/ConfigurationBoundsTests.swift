// SPDX-License-Identifier: Apache-2.0

import GetnetCloud
import Logging
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// Tries what docs/configuration.md calls possible with every part that takes its numbers from the configuration.
@Suite struct `Bounds of the configuration` {
    /// A key with its lowest and its highest possible value, as people write them.
    struct Numeric: CustomTestStringConvertible {
        let key: ConfigurationKey
        let lowest: String
        let highest: String

        var testDescription: String { key.name }

        init?(_ key: ConfigurationKey) {
            guard let match = key.type.wholeMatch(of: /(?:whole number|size|duration), (\S+) … (\S+)/) else {
                return nil
            }
            self.key = key
            lowest = String(match.output.1)
            highest = String(match.output.2)
        }
    }

    static let numeric = ConfigurationKey.all.compactMap(Numeric.init)

    private static func required() throws -> BridgeConfiguration {
        try BridgeConfiguration.load(flags: [], environment: RequiredSettings.environment, configFile: nil).result.get()
    }

    /// Makes everything that has a rule of its own about a number.
    private func build(_ configuration: BridgeConfiguration) async throws {
        let logger = Logger(label: "bounds") { _ in SwiftLogNoOpLogHandler() }
        let cloud = try CloudClient(
            configuration: configuration.cloudConfiguration(of: configuration.cloud),
            logger: logger
        )
        await cloud.shutdown()
        _ = QueryBudget(queriesPerSecond: configuration.cloud.queriesPerSecond)
        _ = StopDeadline(timeout: configuration.shutdown.timeout).flushDeadline
        _ = (configuration.consumption, configuration.amqp, configuration.commandRules)
        _ = (configuration.storeRules, configuration.eventFormat, configuration.amqpTopology)
    }

    @Test func `are known of every kind of number`() {
        let names = Set(Self.numeric.map(\.key.name))
        #expect(names.isSuperset(of: ["commands.maxBytes", "commands.prefetch", "amqp.heartbeat", "http.port"]))
        let kinds = ["whole number", "size", "duration"]
        let known = ConfigurationKey.all.filter { key in kinds.contains { key.type.hasPrefix($0) } }
        #expect(names == Set(known.map(\.name)))
    }

    @Test(arguments: numeric)
    func `can be built from`(numeric: Numeric) async throws {
        for text in [numeric.lowest, numeric.highest] {
            var configuration = try Self.required()
            try numeric.key.read(.one(text), into: &configuration)
            #expect(numeric.key.show(configuration) == text)
            try await build(configuration)
        }
    }

    @Test func `can all be reached at once`() async throws {
        for bound in [\Numeric.lowest, \Numeric.highest] {
            var configuration = try Self.required()
            for numeric in Self.numeric { try numeric.key.read(.one(numeric[keyPath: bound]), into: &configuration) }
            try await build(configuration)
        }
    }
}
