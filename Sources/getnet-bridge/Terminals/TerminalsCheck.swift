// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

extension Terminals {
    /// Polls terminals through the bridge.
    struct Check: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Poll terminals through the bridge: which of them can be reached.",
            discussion: "Exits with 0 if every terminal is connected, else with 1."
        )

        /// How many terminals are asked at once, each over a connection of its own to the broker.
        static let connections = 8
        /// How much longer than the command lives its end is waited for.
        static let grace = Duration.seconds(5)

        @OptionGroup var terminals: TerminalArguments
        @OptionGroup var options: ConfigurationOptions

        @Option(help: "How long a terminal may take, with the wait for its lane.")
        var wait = DurationArgument(.seconds(60))

        @Flag(help: "Print the final events as JSON, one to a line.")
        var json = false

        func validate() throws {
            guard (.seconds(1)...CommandReader.longestLife).contains(wait.duration) else {
                throw ValidationError("--wait: 1s to \(CommandReader.longestLife.unitText)")
            }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .sending, invocation)
            let names = try terminals.names(configuration)
            let results = try await poll(names, configuration).sorted { $0.place < $1.place }
            if json {
                for result in results {
                    if let event = result.event { try invocation.console.print(event.document) }
                }
            } else {
                var table = Table("TERMINAL", "STATE", "DETAIL")
                for result in results { table.add(names[result.place], result.state, result.detail) }
                try invocation.console.print(table.text)
            }
            return results.allSatisfy(\.isConnected) ? .done : .broken
        }

        /// Every connection goes through a share of the terminals of its own.
        private func poll(_ names: [String], _ configuration: BridgeConfiguration) async throws -> [PollResult] {
            try await withThrowingTaskGroup(of: [PollResult].self) { group in
                for first in 0..<min(Self.connections, names.count) {
                    group.addTask {
                        let places = Array(stride(from: first, to: names.count, by: Self.connections))
                        return try await poll(places, of: names, configuration)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        private func poll(
            _ places: [Int],
            of names: [String],
            _ configuration: BridgeConfiguration
        ) async throws -> [PollResult] {
            let session = try await ChargeSession.open(
                configuration.amqp.named("getnet-bridge terminals"),
                commandQueue: configuration.commands.queue
            )
            var results: [PollResult] = []
            for place in places {
                let command = PlainCommand(
                    .poll,
                    at: names[place],
                    of: try terminals.account.name(in: configuration),
                    configuration,
                    now: .current,
                    expiresIn: wait.duration
                )
                var last: ChargeEvent?
                _ = try await session.follow(
                    command,
                    for: wait.duration + Self.grace,
                    tell: { last = $0 },
                    note: { _ in }
                )
                results.append(PollResult(place: place, event: last))
            }
            await session.close()
            return results
        }
    }
}

/// What polling one terminal brought.
struct PollResult {
    /// The place of the terminal among those that are asked for.
    let place: Int
    /// What was told of it last.
    let event: ChargeEvent?

    /// Whether the terminal says that it is connected.
    var isConnected: Bool { event?.data["result"]?["report"]?["connected"] == .bool(true) }

    /// The state in a word.
    var state: String {
        guard let event else { return "silent" }
        switch event.outcome {
        case .final(.completed): return isConnected ? "connected" : "disconnected"
        case .final(let status), .contradicted(let status): return status.rawValue
        case .rejected: return "rejected"
        case .open: return "no answer"
        }
    }

    /// What is known beside it.
    var detail: String {
        guard let event else { return "no bridge answered" }
        if case .final(.completed) = event.outcome { return "" }
        return event.detail
    }
}
