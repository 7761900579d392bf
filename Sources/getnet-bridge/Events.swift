// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeSettings

/// Events, as any consumer of the exchange gets them.
struct Events: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Look at events as they are published.",
        subcommands: [Tail.self]
    )

    /// Prints events from now on.
    struct Tail: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Print events as they are published, one to a line, until it is stopped.",
            discussion: """
                It binds a queue of its own, which vanishes with it: it takes nothing from other consumers and shows no earlier \
                events. It needs the rights to make such a queue and to read the events exchange.
                """
        )

        @Option(help: ArgumentHelp("Only events of commands of this type.", valueName: "type"))
        var type: String?

        @Option(help: ArgumentHelp("Events with this status, or contradicted, amended, rejected.", valueName: "word"))
        var status: String?

        @Option(help: "Only events of this account.")
        var account: String?

        @Option(help: "Only events of this idTerminal.")
        var terminal: String?

        @Option(help: "End after this many events.")
        var count: Int?

        @Option(help: "End after this time.")
        var wait: DurationArgument?

        @Flag(help: "Print the events as JSON, one to a line.")
        var json = false

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            for (flag, word) in [("type", type), ("status", status), ("account", account), ("terminal", terminal)] {
                guard let word else { continue }
                guard !word.isEmpty, !word.contains(where: { ".*# ".contains($0) }) else {
                    throw ValidationError("--\(flag): one word is expected")
                }
            }
            guard count ?? 1 > 0 else { throw ValidationError("--count: 1 or more") }
        }

        /// The binding: `<type>.<status>.<country>.<account>.<branch>.<terminal>`, words may be appended later.
        ///
        /// Source: docs/promises.md 1.5.
        var bindingKey: String {
            let words = [type, status, nil, account, nil, terminal?.uppercased()]
            guard words.contains(where: { $0 != nil }) else { return "#" }
            return (words.map { $0 ?? "*" } + ["#"]).joined(separator: ".")
        }

        /// How long one look takes at most.
        private static let patience = Duration.seconds(1)

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .broker, invocation)
            let session = try await AMQPSession.open(configuration.amqp.named("getnet-bridge events"))
            let queue = try await session.declareTemporaryQueue()
            try await session.bind(queue: queue, exchange: configuration.events.exchange, routingKey: bindingKey)
            try await session.consume(queue: queue)
            invocation.console.note("listening for \(bindingKey) on \(configuration.events.exchange)")
            let deadline = wait.map { ContinuousClock.now + $0.duration }
            var left = count ?? .max
            while left > 0, deadline.map({ ContinuousClock.now < $0 }) ?? true {
                let patience = deadline.map { min(Self.patience, $0 - .now) } ?? Self.patience
                guard let delivery = try await session.nextDelivery(timeout: patience) else { continue }
                guard let event = ChargeEvent(delivery.properties, body: delivery.body) else {
                    invocation.console.note("a message that is no event, \(delivery.body.count) bytes")
                    continue
                }
                try invocation.console.print(
                    json ? event.document : Array("\(event.named(delivery.routingKey))\n".utf8)
                )
                left -= 1
            }
            await session.close()
            return .done
        }
    }
}

extension ChargeEvent {
    /// The event as one line, with what it is about in front.
    fileprivate func named(_ routingKey: String) -> String {
        let words = routingKey.split(separator: ".", omittingEmptySubsequences: false)
        let name = words.prefix(2).joined(separator: ".")
        let about = commandID ?? data["transactionId"]?.string ?? "-"
        // A person who listens for days sees the day.
        return "\(name)  \(about)  \(day.isEmpty ? "" : "\(day) ")\(line)"
    }
}
