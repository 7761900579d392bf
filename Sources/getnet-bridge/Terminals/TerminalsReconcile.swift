// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

extension Terminals {
    /// Compares the open batches of terminals with the table.
    struct Reconcile: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Compare what terminals have in their open batch with what the bridge knows.",
            discussion: """
                Publishes the command reconcile and waits for its report, one terminal after the other. Exits with 0 if \
                both sides agree and nothing is in doubt, with 1 if they do not, else as send does.
                """
        )

        @OptionGroup var terminals: TerminalArguments
        @OptionGroup var options: ConfigurationOptions

        @Option(help: "How long to wait for each terminal.")
        var wait = DurationArgument(.seconds(180))

        @Flag(help: "Print the final events as JSON, one to a line.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .sending, invocation)
            let names = try terminals.names(configuration)
            let session = try await ChargeSession.open(
                configuration.amqp.named("getnet-bridge terminals"),
                commandQueue: configuration.commands.queue
            )
            var worst = ExitStatus.done
            for name in names {
                let status = try await reconcile(name, configuration, session, invocation.console)
                if status.rawValue > worst.rawValue { worst = status }
            }
            await session.close()
            return worst
        }

        private func reconcile(
            _ name: String,
            _ configuration: BridgeConfiguration,
            _ session: ChargeSession,
            _ console: Console
        ) async throws -> ExitStatus {
            let command = PlainCommand(
                .reconcile,
                at: name,
                of: try terminals.account.name(in: configuration),
                configuration,
                now: .current
            )
            var last: ChargeEvent?
            let end = try await session.follow(
                command,
                for: wait.duration,
                tell: { last = $0 },
                note: { console.note($0) }
            )
            if json {
                if let last { try console.print(last.document) }
            } else {
                try console.print(ReconciliationText(name, last).text)
            }
            guard end.status == .done else {
                if last == nil { console.note("\(name): no bridge answered in time") }
                return end.status
            }
            return last?.data["result"]?["report"]?["reconciliation"]?["agrees"] == .bool(true) ? .done : .broken
        }
    }
}
