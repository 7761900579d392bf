// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

/// Exchanges, queues and bindings.
struct Topology: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Show or check the exchanges, queues and bindings.",
        subcommands: [Print.self, Check.self]
    )

    /// Shows what the bridge needs; asks no broker.
    struct Print: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show the exchanges, queues and bindings that the bridge needs; asks no broker."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let topology = try options.load(for: .broker, invocation).amqpTopology
            try invocation.console.print(json ? topology.document : Array(topology.text.utf8))
            return .done
        }
    }

    /// Looks at the broker and changes nothing.
    struct Check: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Say what is missing at the broker; changes nothing.",
            discussion: """
                AMQP shows that exchanges and queues exist and that the bridge may publish; it does not show arguments and \
                bindings. The check leaves a line in the broker's log for each exchange that the bridge publishes to: the \
                broker has to refuse the message that asks.
                """
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .broker, invocation)
            let endpoint = configuration.amqp.named("getnet-bridge topology check")
            let faults = await configuration.amqpTopology.establish(.verify, at: endpoint, tryingWrites: true)
            if json {
                try invocation.console.print(Self.document(faults))
            } else {
                for fault in faults { try invocation.console.print(fault.description) }
                try invocation.console.print(
                    faults.isEmpty
                        ? "Every exchange and queue exists; types, arguments and bindings cannot be seen over AMQP."
                        : "\(faults.count) of the topology's parts cannot be used."
                )
            }
            return Self.status(faults)
        }

        private static func status(_ faults: [TopologyFault]) -> ExitStatus {
            let kinds = Set(faults.map(\.kind))
            if kinds.isEmpty { return .done }
            if kinds.contains(.unreachable) { return .unavailable }
            return kinds.contains(.forbidden) ? .permission : .configuration
        }

        private static func document(_ faults: [TopologyFault]) -> [UInt8] {
            var writer = JSONWriter(reserving: 512)
            writer.object { document in
                document.member("sound", faults.isEmpty)
                document.array("faults") { list in
                    for fault in faults {
                        list.object { entry in
                            entry.member("object", fault.object.description)
                            entry.member("kind", fault.kind.rawValue)
                            entry.member("text", fault.text)
                        }
                    }
                }
            }
            return writer.bytes
        }
    }
}

extension AMQPTopology {
    fileprivate var text: String {
        var table = Table("OBJECT", "NAME", "DETAILS")
        for exchange in exchanges { table.add("exchange", exchange.name, "\(exchange.type), durable") }
        for queue in queues {
            let arguments = queue.arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.words)" }
            table.add("queue", queue.name, (["durable"] + arguments).joined(separator: ", "))
        }
        for binding in bindings { table.add("binding", binding.queue, "\(binding.exchange) by \(binding.routingKey)") }
        return table.text
    }

    fileprivate var document: [UInt8] {
        var writer = JSONWriter(reserving: 2_048)
        writer.object { document in
            document.array("exchanges") { list in
                for exchange in exchanges {
                    list.object { entry in
                        entry.member("name", exchange.name)
                        entry.member("type", exchange.type)
                        entry.member("durable", true)
                    }
                }
            }
            document.array("queues") { list in
                for queue in queues {
                    list.object { entry in
                        entry.member("name", queue.name)
                        entry.member("durable", true)
                        entry.object("arguments") { arguments in
                            for (name, value) in queue.arguments.sorted(by: { $0.key < $1.key }) {
                                arguments.member(name, value.json)
                            }
                        }
                    }
                }
            }
            document.array("bindings") { list in
                for binding in bindings {
                    list.object { entry in
                        entry.member("exchange", binding.exchange)
                        entry.member("queue", binding.queue)
                        entry.member("routingKey", binding.routingKey)
                    }
                }
            }
        }
        return writer.bytes
    }
}
