// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

/// Publishes one sale of a promotion and follows its events.
struct SendPromo: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        commandName: "promo",
        abstract: "Sell by a promotion at a terminal.",
        discussion: """
            Repeating the same line with its --command-id never charges twice: it follows the same sale. If real money \
            moves, it asks first or needs --yes.
            """
    )

    @OptionGroup(title: "Command") var command: CommandOptions

    @Option(help: "How much, in minor units.")
    var amount: Int64

    @Option(help: "Getnet's name of the promotion.")
    var promo: String

    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let cloud = try account.cloud(of: configuration)
        let account = configuration.account(of: cloud)
        let currency = account.profile.currency.rawValue
        var command = command
        if let field = OptionArgument(argument: "idPromo=\(promo)") { command.fields.append(field) }
        let message = try SentCommand(
            .promo,
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
