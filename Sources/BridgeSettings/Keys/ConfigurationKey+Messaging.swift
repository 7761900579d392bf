// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient

extension ConfigurationKey {
    static let amqp = ConfigurationSection(
        title: "Broker",
        keys: [
            ConfigurationKey(
                "amqp.url",
                \.amqp,
                .amqpURL,
                default: "amqp://127.0.0.1:5672",
                "The broker. No path and a bare `/` mean the virtual host `/`; what is special in a URL is "
                    + "percent-encoded. Several hosts have commas between them; `heartbeat` (seconds) and "
                    + "`connection_timeout` (milliseconds) may follow a `?`."
            ),
            ConfigurationKey(
                "amqp.hosts",
                \.amqp.hosts,
                .list(of: .amqpHost),
                default: "from the URL",
                "Nodes of the broker, tried in turn; instead of the URL's hosts."
            ),
            ConfigurationKey(
                "amqp.vhost",
                \.amqp.virtualHost,
                .text,
                default: "from the URL, else `/`",
                "Virtual host, as it is (not percent-encoded)."
            ),
            ConfigurationKey(
                "amqp.username",
                \.amqp.username,
                .text,
                default: "from the URL, else `guest`",
                "User name."
            ),
            ConfigurationKey(
                "amqp.password",
                \.amqp.password,
                .exposedSecret,
                default: "from the URL, else `guest`",
                "Password."
            ),
            ConfigurationKey(
                "amqp.heartbeat",
                \.amqp.heartbeat,
                .wholeSeconds(1...600),
                default: "from the URL, else `10s`",
                "Heartbeat asked for; a peer silent for two of them is gone."
            ),
        ]
    )

    static let topology = ConfigurationSection(
        title: "Topology",
        keys: [
            ConfigurationKey(
                "topology.mode",
                \.topology.mode,
                .choice,
                "`declare` creates what is missing and never touches what exists, `verify` only looks, "
                    + "`none` does not even look."
            )
        ]
    )

    static let commands = ConfigurationSection(
        title: "Commands",
        keys: [
            ConfigurationKey(
                "commands.exchange",
                \.commands.exchange,
                .amqpName,
                "Topic exchange that callers publish to."
            ),
            ConfigurationKey("commands.queue", \.commands.queue, .amqpName, "Queue that the bridge consumes."),
            ConfigurationKey(
                "commands.bindings",
                \.commands.bindings,
                .list(of: .text),
                "Binding keys between the two."
            ),
            ConfigurationKey(
                "commands.prefetch",
                \.commands.prefetch,
                .integer(1...65535),
                "Deliveries that the broker may send ahead of the acknowledgements."
            ),
            ConfigurationKey(
                "commands.maxBytes",
                \.commands.maxBytes,
                .size(4096...16 << 20),
                "Longest body that is a command; of a longer one the first 4 KiB go to the dead letters."
            ),
            ConfigurationKey(
                "commands.maxAge",
                \.commands.maxAge,
                .duration(.milliseconds(1) ... .seconds(3600)),
                "How long a command without `expiresAt` is good for."
            ),
            ConfigurationKey(
                "commands.requireTimestamp",
                \.commands.requireTimestamp,
                .toggle,
                "Whether a command that moves money is refused where neither `expiresAt` nor a time of sending says how old it is. "
                    + "If not, it is good for `commands.maxAge` after it was taken, however long it lay in the queue."
            ),
            ConfigurationKey(
                "commands.allowRepeatedReference",
                \.commands.allowRepeatedReference,
                .toggle,
                "Whether another command may carry the reference of one that is unfinished, in doubt or approved. "
                    + "The refusal is what stops a cashier's second charge."
            ),
        ]
    )

    static let events = ConfigurationSection(
        title: "Events",
        keys: [
            ConfigurationKey("events.exchange", \.events.exchange, .amqpName, "Topic exchange of the events."),
            ConfigurationKey(
                "events.mode",
                \.events.mode,
                .choice,
                "Content mode of the CloudEvents."
            ),
            ConfigurationKey(
                "events.statuses",
                \.events.statuses,
                .eventStatuses,
                "What is published. Only `accepted`, `waiting` and `submitted` may be left out of the list."
            ),
            ConfigurationKey(
                "events.confirmTimeout",
                \.events.confirmTimeout,
                .duration(.milliseconds(1) ... .seconds(600)),
                "How long the broker's confirm may take before the event is sent again."
            ),
            ConfigurationKey(
                "events.typePrefix",
                \.events.typePrefix,
                .typePrefix,
                "What every CloudEvents `type` begins with."
            ),
        ]
    )

    static let deadLetters = ConfigurationSection(
        title: "Dead letters",
        keys: [
            ConfigurationKey(
                "deadLetters.exchange",
                \.deadLetters.exchange,
                .amqpName,
                "Topic exchange of refused messages."
            ),
            ConfigurationKey(
                "deadLetters.queue",
                \.deadLetters.queue,
                .amqpName,
                "Queue behind it. It cannot be `<commands.queue>.expired`, which the bridge needs itself."
            ),
        ]
    )

    static let outbox = ConfigurationSection(
        title: "Outbox",
        keys: [
            ConfigurationKey(
                "outbox.holdCommandsAfter",
                \.outbox.holdCommandsAfter,
                .duration(.milliseconds(1) ... .seconds(3600)),
                "From this age of the oldest unsent event on no command is taken: its result could not be published."
            )
        ]
    )
}

extension ValueFormat where Value == Duration {
    /// A length of time without a fraction of a second, as AMQP negotiates its heartbeat.
    static func wholeSeconds(_ bounds: ClosedRange<Int>) -> Self {
        let range = Duration.seconds(bounds.lowerBound) ... .seconds(bounds.upperBound)
        return duration(range).checked { (duration) throws(UnreadableValue) in
            guard duration.components.attoseconds == 0 else { throw UnreadableValue("has a fraction of a second") }
        }
    }
}
