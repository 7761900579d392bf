// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

/// Publishes one charge and follows its events.
struct SendCharge: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        commandName: "charge",
        abstract: "Charge a card at a terminal.",
        discussion: """
            Repeating the same line with its --command-id and --sent-at never charges twice: it follows the same charge. Except in \
            environment uat and at a simulator on this machine, it asks first or needs --yes.
            """
    )

    @OptionGroup(title: "Charge") var command: CommandOptions

    @Option(help: "How much, in minor units: 15990 is 15,990 CLP, and 159.90 ARS.")
    var amount: Int64

    @Option(help: "ISO 4217 code (default: the account's).")
    var currency: String?

    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let cloud = try account.cloud(of: configuration)
        let account = configuration.account(of: cloud)
        let currency = currency ?? account.profile.currency.rawValue
        let message = try SentCommand(
            .charge,
            command,
            amount: (amount, currency),
            account,
            configuration,
            at: .current
        )
        let question = "This is a real charge of \(AmountText.of(amount, currency)) in environment \(cloud.environment)"
        return try await follow.run(
            message,
            asking: cloud.movesRealMoney ? question : nil,
            configuration,
            invocation.console
        )
    }
}
