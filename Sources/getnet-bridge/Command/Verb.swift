// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Something that the program does.
protocol Verb: ParsableCommand {
    /// Does it.
    ///
    /// - Returns: the exit status of a run that went as it should.
    /// - Throws: `Failure`, or any error, which then is an internal one.
    func run(_ invocation: Invocation) async throws -> ExitStatus
}

/// A noun under which verbs stand.
protocol VerbGroup: ParsableCommand {}

/// A verb that reads the bridge's configuration and so takes its keys as flags.
protocol ConfiguredVerb: Verb {
    var options: ConfigurationOptions { get }
}

/// What a verb is run with, beside its own flags.
struct Invocation: Sendable {
    /// Flags that are configuration.
    let configurationFlags: [String]
    /// The environment of the process.
    let environment: [String: String]
    /// Where it writes.
    let console: Console
}
