// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore

/// Where the configuration comes from, beside flags and environment.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Configuration file (YAML). Every key is a flag too.", valueName: "file"))
    var config: String?

    /// The flag as it was typed, with a space before it, for a line that a person copies; nothing where there was none.
    var words: String { config.map { " --config \($0)" } ?? "" }

    /// Reads the configuration; faults are part of the outcome.
    func read(for use: ConfigurationUse, _ invocation: Invocation) -> ConfigurationOutcome {
        BridgeConfiguration.load(
            flags: invocation.configurationFlags,
            environment: invocation.environment,
            configFile: config,
            for: use
        )
    }

    /// Reads the configuration for a verb that talks to people; warnings go to standard error.
    ///
    /// - Throws: `Failure` with every fault at once.
    func load(for use: ConfigurationUse, _ invocation: Invocation) throws(Failure) -> BridgeConfiguration {
        let outcome = read(for: use, invocation)
        let report = ConfigurationReport(outcome)
        switch outcome.result {
        case .success(let configuration):
            if !outcome.warnings.isEmpty { invocation.console.note(report.findings) }
            return configuration
        case .failure:
            throw Failure(faultsOf: report)
        }
    }
}

extension BridgeConfiguration {
    /// The store that is configured, as a thing to look after.
    func storeAdministration() -> any StoreAdministration { store.url.administration }
}
