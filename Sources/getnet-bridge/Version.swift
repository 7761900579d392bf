// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeService
internal import BridgeSettings

/// Says which program this is.
struct Version: Verb {
    static let configuration = CommandConfiguration(abstract: "Say which program this is.")

    @Flag(help: "For machines.")
    var json = false

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        if json {
            try invocation.console.print(BuildInfo.json)
        } else {
            try invocation.console.print(VersionText.line)
        }
        return .done
    }
}

/// The version as people read it.
enum VersionText {
    static let line = "getnet-bridge \(BuildInfo.version)"
}
