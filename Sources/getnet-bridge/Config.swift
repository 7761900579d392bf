// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeSettings

/// What the configuration says.
struct Config: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Check or show the configuration.",
        subcommands: [Check.self, Print.self]
    )

    /// Says everything that is wrong with the configuration of `serve`.
    struct Check: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Say everything that is wrong with the configuration; ends with 78 if anything is."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let outcome = options.read(for: .serving, invocation)
            let report = ConfigurationReport(outcome)
            try invocation.console.print(json ? report.json : report.findings)
            if case .success(let configuration) = outcome.result, configuration.admin.token == nil {
                invocation.console.note(
                    """
                    admin.token is not set: without it nobody can resolve a doubt, settle a contradiction or release a restored \
                    store before the bridge is started again with one; openssl rand -hex 32 makes one
                    """
                )
            }
            return outcome.status
        }
    }

    /// Shows every key, its value and where that came from.
    struct Print: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show every key with its value and where it came from; never a secret."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let outcome = options.read(for: .serving, invocation)
            let report = ConfigurationReport(outcome)
            try invocation.console.print(json ? report.json : report.listing)
            if !json, outcome.status != .done || !outcome.warnings.isEmpty { invocation.console.note(report.findings) }
            return outcome.status
        }
    }
}

extension ConfigurationOutcome {
    /// Sound or not, for the shell.
    fileprivate var status: ExitStatus {
        switch result {
        case .success: .done
        case .failure: .configuration
        }
    }
}
