// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
internal import BridgeCore
internal import BridgeSettings
internal import GetnetSimulator
public import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Runs a Getnet cloud for development and tests.
struct Simulate: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Run a simulated Getnet cloud with terminals until SIGTERM or SIGINT.",
        discussion: """
            The last three digits of an amount choose what happens to a sale; --scenarios shows the table. \
            The faults of --fault happen only to sales that the table leaves alone.
            """
    )

    @OptionGroup(title: "Simulated cloud") var cloud: SimulatorOptions
    @OptionGroup(title: "Simulated callbacks") var callbacks: SimulatedCallbackOptions

    @OptionGroup(title: "Simulated journal") var journal: SimulatedJournalOptions
    @OptionGroup(title: "Simulated commands") var commands: SimulatedCommandOptions
    @OptionGroup(title: "Simulated faults") var faults: SimulatedFaultOptions

    @Flag(help: "Print the scenarios by the last three digits of the amount, and end.")
    var scenarios = false

    @Flag(help: "For machines.")
    var json = false

    @Option(help: "Least severe level that is logged.")
    var logLevel = Logger.Level.warning

    func validate() throws {
        try cloud.check()
        try callbacks.check()
        try journal.check()
        try commands.check()
        try faults.check()
    }

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        if scenarios {
            try invocation.console.print(json ? Self.scenarioDocument : Array(Scenario.table.utf8))
            return .done
        }
        var log = BridgeConfiguration.Log()
        log.level = logLevel
        let logger = Logger(log, isRead: invocation.console.logIsRead)
        var configuration = SimulatorConfiguration()
        cloud.apply(to: &configuration)
        callbacks.apply(to: &configuration)
        journal.apply(to: &configuration)
        commands.apply(to: &configuration)
        faults.apply(to: &configuration)
        let simulator = Simulator(configuration: configuration, logger: logger)
        let announcement = Announcement(simulator: simulator, console: invocation.console, isForMachines: json)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: simulator, serviceName: "simulator"),
                    .init(service: announcement, serviceName: "announcement"),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        return .done
    }

    private static var scenarioDocument: [UInt8] {
        var writer = JSONWriter(reserving: 8_192)
        writer.array { list in
            for scenario in Scenario.all {
                list.object { entry in
                    entry.member("number", scenario.number)
                    entry.member("summary", scenario.summary)
                }
            }
        }
        return writer.bytes
    }
}

/// Says where the simulator listens, once it does.
private struct Announcement: Service {
    let simulator: Simulator
    let console: Console
    let isForMachines: Bool

    func run() async throws {
        let baseURL = try await simulator.baseURL()
        try console.print(isForMachines ? document(baseURL) : Array(text(baseURL).utf8))
        try await gracefulShutdown()
    }

    private func text(_ baseURL: String) -> String {
        let configuration = simulator.configuration
        var facts = Facts()
        facts.add("cloud.baseURL", baseURL)
        facts.add("cloud.clientId", configuration.clientID)
        facts.add("cloud.clientSecret", configuration.clientSecret)
        facts.add("cloud.apiKey", configuration.apiKey)
        facts.add("cloud.country", configuration.country)
        facts.add("cloud.environment", configuration.environment)
        return facts.text
    }

    private func document(_ baseURL: String) -> [UInt8] {
        let configuration = simulator.configuration
        var writer = JSONWriter(reserving: 512)
        writer.object { document in
            document.member("baseURL", baseURL)
            document.member("clientId", configuration.clientID)
            document.member("clientSecret", configuration.clientSecret)
            document.member("apiKey", configuration.apiKey)
            document.member("country", configuration.country)
            document.member("environment", configuration.environment)
        }
        return writer.bytes
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
