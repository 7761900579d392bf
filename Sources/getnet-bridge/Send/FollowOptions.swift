// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeSettings

/// How a command is sent and followed.
struct FollowOptions: ParsableArguments {
    @Option(help: "How long to follow it.")
    var wait = DurationArgument(.seconds(120))

    @Flag(help: "Check the command and show the message; publish nothing.")
    var dryRun = false

    @Flag(help: "Do not ask, even if real money moves.")
    var yes = false

    @Flag(help: "Print the events as JSON, one to a line.")
    var json = false

    /// Shows or sends a message, and follows it to its end.
    func run(
        _ message: SentCommand,
        asking question: String?,
        watch: ChargeWatch? = nil,
        askingAgain: (() -> SentCommand)? = nil,
        _ configuration: BridgeConfiguration,
        _ console: Console
    ) async throws -> ExitStatus {
        try message.check(configuration)
        if dryRun {
            try console.print(json ? message.document : Array(message.text.utf8))
            return .done
        }
        if let question, !yes {
            guard console.canAsk else {
                throw Failure(.usage, "\(question): --yes is needed where the question cannot be asked")
            }
            guard console.ask("\(question). Type yes to go on: ") == "yes" else {
                throw Failure(.usage, "nothing was sent")
            }
        }
        let report = ChargeReport(console: console, isForMachines: json)
        report.begin(message)
        let session = try await ChargeSession.open(
            configuration.amqp.named("getnet-bridge send"),
            commandQueue: configuration.commands.queue
        )
        let end = try await session.follow(
            message,
            for: wait.duration,
            watch: watch,
            asking: askingAgain,
            tell: report.tell,
            note: report.note
        )
        await session.close()
        report.end(message, end)
        return end.status
    }
}
