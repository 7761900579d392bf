// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeSettings

/// Messages that were refused.
struct DeadLetters: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Look at refused messages, send them once more, or take them away.",
        discussion: """
            For the broker every look is a delivery and a return. RabbitMQ 4.0 to 4.2 drop a message after 20 of them \
            unless a policy says delivery-limit 1000000 for this queue.
            """,
        subcommands: [List.self, Show.self, Requeue.self, Purge.self]
    )

    /// Lists refused messages in the queue's order, without their bodies.
    struct List: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "List refused messages in the queue's order, without their bodies."
        )

        @Option(help: "At most this many, 1 to \(DeadLetterQueue.longestLook).")
        var limit = 50

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func validate() throws {
            guard (1...DeadLetterQueue.longestLook).contains(limit) else {
                throw ValidationError("--limit: 1 to \(DeadLetterQueue.longestLook)")
            }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let queue = DeadLetterQueue(try options.load(for: .broker, invocation))
            let (letters, total) = try await queue.look(limit: limit) { _ in false }
            if json {
                try invocation.console.print(letters.document(total: total))
            } else {
                try invocation.console.print(letters.table)
                if total > letters.count { invocation.console.note("\(total) in all; --limit shows more") }
            }
            return .done
        }
    }

    /// Shows one refused message.
    struct Show: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Show one refused message; its body, which may hold personal data, only with --body."
        )

        @Argument(help: "The id that the list shows.")
        var id: String

        @Flag(help: "Show the body too.")
        var body = false

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let queue = DeadLetterQueue(try options.load(for: .broker, invocation))
            let (letters, _) = try await queue.look(limit: DeadLetterQueue.longestLook) { $0.id == id }
            guard let letter = letters.last, letter.id == id else {
                throw Failure(
                    .unavailable,
                    "none of the first \(letters.count) refused messages has the id \(id)"
                )
            }
            try invocation.console.print(
                json ? letter.document(withBody: body) : Array(letter.text(withBody: body).utf8)
            )
            return .done
        }
    }
}

/// The queue of refused messages, looked at without taking anything away.
struct DeadLetterQueue {
    /// How many messages a look reads at most.
    static let longestLook = 1_000

    private let endpoint: AMQPEndpoint
    private let queue: String

    init(_ configuration: BridgeConfiguration) {
        endpoint = configuration.amqp.named("getnet-bridge dead-letters")
        queue = configuration.deadLetters.queue
    }

    /// Reads messages from the oldest on, until one is the last that is wanted.
    ///
    /// They stay unsettled until all are read, and are handed back then: a session that only closes counts towards the
    /// delivery limit of every RabbitMQ, a return by `basic.nack` up to 4.2 only (docs/brokers.md).
    func look(
        limit: Int,
        until isLast: (RefusedMessage) -> Bool
    ) async throws(AMQPError) -> (letters: [RefusedMessage], total: Int) {
        let session = try await AMQPSession.open(endpoint)
        let total = try await session.queueStatus(queue).messages
        var letters: [RefusedMessage] = []
        var deliveries: [Delivery] = []
        while letters.count < limit, let delivery = try await session.get(queue: queue) {
            let letter = RefusedMessage(delivery, place: letters.count + 1)
            letters.append(letter)
            deliveries.append(delivery)
            if isLast(letter) { break }
        }
        for delivery in deliveries { _ = try await session.settle(delivery, .requeue) }
        await session.close()
        return (letters, max(total, letters.count))
    }

    /// Reads messages from the oldest on, takes away those that `work` dealt with, and hands the others back.
    ///
    /// What `work` throws ends it; what was not done by then stays in the queue.
    func takeAway(
        limit: Int,
        _ work: (RefusedMessage, AMQPSession) async throws -> Bool
    ) async throws -> [RefusedMessage] {
        let session = try await AMQPSession.open(endpoint)
        // Messages that come back meanwhile are left for the next time: a message that is refused anew would go round
        // for ever.
        let total = try await session.queueStatus(queue).messages
        var taken: [RefusedMessage] = []
        var others: [Delivery] = []
        let result: Result<Void, any Error>
        do {
            var place = 0
            while place < min(limit, total), let delivery = try await session.get(queue: queue) {
                place += 1
                let letter = RefusedMessage(delivery, place: place)
                // Handed back at the end, also if the work throws: else the broker would give it out again at once.
                guard try await work(letter, session) else {
                    others.append(delivery)
                    continue
                }
                _ = try await session.settle(delivery, .acknowledge)
                taken.append(letter)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        for delivery in others { _ = try? await session.settle(delivery, .requeue) }
        await session.close()
        try result.get()
        return taken
    }
}
