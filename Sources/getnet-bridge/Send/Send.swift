// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Publishes commands as a platform would.
struct Send: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Publish one command and follow its events.",
        subcommands: [SendCharge.self]
    )
}
