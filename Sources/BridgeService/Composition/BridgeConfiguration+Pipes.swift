// SPDX-License-Identifier: Apache-2.0

public import AMQPClient
internal import BridgeCore
public import BridgeSettings
internal import GetnetCloud

/// The configuration in the words of the pipes.
extension BridgeConfiguration {
    var consumption: AMQPConsumption {
        AMQPConsumption(
            queue: commands.queue,
            prefetch: UInt16(clamping: commands.prefetch),
            // How the process before ended is not known.
            firstPrefetch: 1,
            ownerQueue: Self.ownerQueue,
            bodyLimits: BodyLimits(messageSizeMax: commands.maxBytes),
            // `ConsumerProbe` says when.
            idleRenewal: nil
        )
    }

    var expiredConsumption: AMQPConsumption {
        AMQPConsumption(
            queue: expiredQueue,
            prefetch: ExpiredIntake.prefetch,
            bodyLimits: BodyLimits(messageSizeMax: commands.maxBytes),
            // An installation may do without the queue; each try leaves a line in the broker's log.
            retryInterval: .seconds(60)
        )
    }

    var controlConsumption: AMQPConsumption {
        AMQPConsumption(
            queue: control.queue,
            prefetch: ControlIntake.prefetch,
            bodyLimits: BodyLimits(messageSizeMax: commands.maxBytes)
        )
    }

    var commandRules: CommandReader.Rules {
        CommandReader.Rules(
            accounts: accounts,
            maxBytes: commands.maxBytes,
            maxAge: commands.maxAge,
            requireTimestamp: commands.requireTimestamp,
            ownQueues: Set(ownQueues)
        )
    }

    var eventFormat: CloudEventFormat {
        CloudEventFormat(
            mode: events.mode == .binary ? .binary : .structured,
            accounts: accounts,
            typePrefix: events.typePrefix
        )
    }

    var topologyMode: AMQPTopology.Mode {
        switch topology.mode {
        case .declare: .declare
        case .verify: .verify
        case .none: .none
        }
    }

    /// The exchanges, queues and bindings that the bridge needs.
    ///
    /// Source: docs/promises.md 1.1, 1.2.
    public var amqpTopology: AMQPTopology {
        let work: [String: AMQPValue] = [
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": .string(deadLetters.exchange),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-delivery-limit": .int64(100),
        ]
        return AMQPTopology(
            exchanges: [commands.exchange, control.exchange, events.exchange, deadLetters.exchange].map {
                .init(name: $0, type: "topic")
            },
            queues: [
                .init(name: commands.queue, arguments: work),
                .init(name: control.queue, arguments: work),
                .init(name: deadLetters.queue, arguments: ["x-queue-type": "quorum"]),
                .init(name: expiredQueue, arguments: ["x-queue-type": "quorum"], isOptional: true),
            ],
            bindings: commands.bindings.map {
                .init(queue: commands.queue, exchange: commands.exchange, routingKey: $0)
            } + [
                .init(queue: control.queue, exchange: control.exchange, routingKey: "#"),
                .init(queue: deadLetters.queue, exchange: deadLetters.exchange, routingKey: "#"),
                .init(queue: expiredQueue, exchange: deadLetters.exchange, routingKey: "#"),
            ],
            // No caller waits for a dead letter, so it is no obstacle if none can be written.
            writes: accounts.all.map { account in
                .init(
                    exchange: events.exchange,
                    routingKey: "charge.approved.\(account.profile.code).\(account.name).-.-"
                )
            }
        )
    }

    func cloudConfiguration(of cloud: Cloud) -> CloudConfiguration {
        CloudConfiguration(
            baseURL: cloud.baseURL,
            clientID: cloud.clientID,
            clientSecret: cloud.clientSecret.exposed,
            apiKey: cloud.apiKey?.exposed,
            account: account(of: cloud),
            maxConnections: cloud.maxConnections,
            synchronousConnections: cloud.synchronousConnections,
            journalConnections: JournalReader.workers,
            idleTimeout: cloud.idleTimeout,
            submitTimeout: submit.timeout
        )
    }
}
