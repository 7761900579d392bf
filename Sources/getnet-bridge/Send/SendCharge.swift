// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeService

/// Publishes one charge and follows its events.
struct SendCharge: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        commandName: "charge",
        abstract: "Charge a card at a terminal.",
        discussion: """
            Repeating the same line with its --command-id never charges twice: it follows the same charge. In any \
            environment but uat, and anywhere but at a simulator on this machine, it asks first or needs --yes.
            """
    )

    @OptionGroup(title: "Charge") var charge: ChargeOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    @Option(help: "How long to follow the charge.")
    var wait = DurationArgument(.seconds(120))

    @Flag(help: "Check the command and show the message; publish nothing.")
    var dryRun = false

    @Flag(help: "Do not ask, even where real money moves.")
    var yes = false

    @Flag(help: "Print the events as JSON, one to a line.")
    var json = false

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let cloud = try account.cloud(of: configuration)
        let message = try ChargeMessage(charge, configuration.account(of: cloud), configuration, at: .current)
        try message.check(configuration)
        if dryRun {
            try invocation.console.print(json ? message.document : Array(message.text.utf8))
            return .done
        }
        try consent(to: message, cloud, invocation.console)
        let report = ChargeReport(console: invocation.console, isForMachines: json)
        report.begin(message)
        let session = try await ChargeSession.open(
            configuration.amqp.named("getnet-bridge send"),
            commandQueue: configuration.commands.queue
        )
        let end = try await session.follow(message, for: wait.duration, tell: report.tell, note: report.note)
        await session.close()
        report.end(message, end)
        return end.status
    }

    private func consent(
        to message: ChargeMessage,
        _ cloud: BridgeConfiguration.Cloud,
        _ console: Console
    ) throws(Failure) {
        guard cloud.movesRealMoney, !yes else { return }
        let place = "environment \(cloud.environment)"
        guard console.canAsk else {
            throw Failure(.usage, "this is a real charge (\(place)): --yes is needed where nobody can be asked")
        }
        let answer = console.ask("A real charge of \(message.amountText) in \(place). Type yes to go on: ")
        guard answer == "yes" else { throw Failure(.usage, "nothing was sent") }
    }
}
