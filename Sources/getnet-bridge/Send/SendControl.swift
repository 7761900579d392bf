// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

/// Asks that a command be not sent or, where its terminal can be told so, that its sale be ended there.
struct SendCancel: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract:
            "Cancel a command: a waiting one is not sent; a sale at the terminal ends there if the country can do that.",
        discussion: "Exits like send charge: 12 if it certainly was not started, 14 if the cancel came too late."
    )

    @Argument(help: "The transaction's id, or the id of its command.")
    var original: String

    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let account = configuration.accounts.only == nil ? try account.name(in: configuration) : nil
        let message = SentCommand(
            .cancel,
            original: .original(original),
            commandID: nil,
            account: account,
            configuration,
            at: .current
        )
        // The events are about the command that is cancelled, or the refusal of the cancel. Later events of a sale that
        // is ended at its terminal go to the sender of the sale.
        return try await follow.run(
            message,
            asking: nil,
            watch: ChargeWatch(commandIDs: nil),
            askingAgain: {
                SentCommand(
                    .status,
                    original: .original(original),
                    commandID: nil,
                    account: account,
                    configuration,
                    at: .current
                )
            },
            configuration,
            invocation.console
        )
    }
}

/// Asks how a transaction stands.
struct SendStatus: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Ask the bridge how a transaction stands: its latest event comes once more.",
        discussion: "Exits like send charge, by the status that is told; 69 if the bridge has no such transaction."
    )

    @Argument(help: "The transaction's id, or the id of its command.")
    var original: String

    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let message = SentCommand(
            .status,
            original: .original(original),
            commandID: nil,
            account: configuration.accounts.only == nil ? try account.name(in: configuration) : nil,
            configuration,
            at: .current
        )
        let watch = ChargeWatch(commandIDs: nil, endsAtFirst: true)
        return try await follow.run(message, asking: nil, watch: watch, configuration, invocation.console)
    }
}
