// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeService
internal import BridgeSettings
internal import Foundation

/// The way in: words to a verb, the verb to an exit status.
@main
enum Main {
    static func main() async {
        // A pipe without a reader is an error to report, not a reason to die in mid-transaction.
        _ = signal(SIGPIPE, SIG_IGN)
        let words = CommandWords(Array(CommandLine.arguments.dropFirst()))
        let command: any ParsableCommand
        do {
            command = try GetnetBridge.parseAsRoot(words.verbs)
        } catch {
            GetnetBridge.exit(withError: error)
        }
        let status = await run(command, words)
        await LogQueue.standardError.flush(atMost: lastLines)
        Foundation.exit(status.rawValue)
    }

    /// How long the process waits at its end for a reader of its log.
    private static let lastLines = Duration.seconds(1)

    private static func run(_ command: any ParsableCommand, _ words: CommandWords) async -> ExitStatus {
        let invocation = Invocation(
            configurationFlags: words.configurationFlags,
            environment: ProcessInfo.processInfo.environment,
            console: Console()
        )
        do {
            guard let verb = command as? any Verb else { return explain(command, to: invocation.console) }
            if !(verb is any ConfiguredVerb), let flag = words.configurationFlags.first {
                throw Failure(.usage, "\(flag): this verb reads no configuration")
            }
            return try await verb.run(invocation)
        } catch {
            let failure = Failure(error)
            if !failure.message.isEmpty { invocation.console.complain(failure.message) }
            return failure.status
        }
    }

    /// Answers a command line without a verb: with help, which is an error unless it was asked for.
    private static func explain(_ command: any ParsableCommand, to console: Console) -> ExitStatus {
        if let group = command as? any VerbGroup {
            console.note(GetnetBridge.helpMessage(for: type(of: group)))
            return .usage
        }
        var help = command
        do {
            try help.run()
        } catch {
            GetnetBridge.exit(withError: error)
        }
        return .done
    }
}

/// The root of all verbs.
struct GetnetBridge: VerbGroup {
    static let configuration = CommandConfiguration(
        commandName: "getnet-bridge",
        abstract: "Getnet's Cloud-to-Cloud card terminals behind RabbitMQ.",
        discussion: """
            Every configuration key is also a flag of the verbs that read the configuration: --http.port 9090. \
            Exit codes of send: 0 approved, 10 declined, 11 not completed, 12 failed and certainly not started, \
            13 in doubt (do not repeat), 14 rejected, 15 no answer in time. terminals reconcile has the same ones, and 1 if \
            terminal and bridge do not agree. For everything else: 64 usage, 65 data, \
            69 unavailable, 70 internal, 74 input or output, 77 permission, 78 configuration.
            """,
        version: VersionText.line,
        subcommands: [
            Serve.self, Simulate.self, Send.self, Terminals.self, Transactions.self, LaneVerbs.self, Callbacks.self,
            Events.self, DeadLetters.self, Topology.self,
            Store.self,
            Config.self, SelfTestVerb.self, FuzzAnswers.self, Version.self,
        ]
    )
}
