// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings
internal import Foundation

extension DeadLetters {
    /// Sends refused messages once more.
    struct Requeue: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Send refused messages again to where they came from, after the cause of the refusal is mended.",
            discussion: """
                Body, properties and routing key stay as they were; only the message id is new. With the old id the bridge would \
                refuse the message again, also if the cause is gone. Its age counts from its own time: a command that is too old by \
                now ends as failed, command_expired. It leaves the dead letters when the broker has confirmed it.
                """
        )

        @Argument(help: "The ids that the list shows.")
        var ids: [String]

        @Flag(help: "Only say what would be sent, and why the bridge would refuse it.")
        var dryRun = false

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: dryRun ? .sending : .broker, invocation)
            let queue = DeadLetterQueue(configuration)
            var seen: Set<String> = []
            let sent = try await queue.takeAway(limit: DeadLetterQueue.longestLook) { letter, session in
                guard ids.contains(letter.id), seen.insert(letter.id).inserted else { return false }
                guard letter.isWhole else {
                    invocation.console.note("\(letter.id): only its beginning was kept; it stays")
                    return false
                }
                let place = "\(letter.exchange) with the key \(letter.routingKey)"
                if dryRun {
                    try invocation.console.print("\(letter.id) would go to \(place)")
                    try invocation.console.print(letter.prospect(configuration, at: .current))
                    invocation.console.note(
                        "its caller was told that it was refused, and may have sent it again under another id: ask that team first"
                    )
                    return false
                }
                let outcome = await session.publish(letter.again(messageID: UUID().uuidString))
                guard outcome == .confirmed else {
                    throw Failure(
                        .unavailable,
                        "the broker did not confirm \(letter.id) (\(outcome)); a queue may have it all the same, and it stays here"
                    )
                }
                try invocation.console.print("\(letter.id) went to \(place)")
                return true
            }
            let missing = ids.filter { !seen.contains($0) }
            guard missing.isEmpty else {
                throw Failure(.unavailable, "no refused message has the id \(missing.joined(separator: ", "))")
            }
            return dryRun || sent.count == Set(ids).count ? .done : .data
        }
    }

    /// Takes refused messages away for good.
    struct Purge: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Take refused messages away for good; their events say why they were refused."
        )

        @Argument(help: "The ids that the list shows.")
        var ids: [String] = []

        @Flag(help: "All of them, up to \(DeadLetterQueue.longestLook) at a time.")
        var all = false

        @Flag(help: "Only those that a rule refused: their events told the callers.")
        var rules = false

        @Flag(help: "Only say what would be taken away.")
        var dryRun = false

        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard [!ids.isEmpty, all, rules].count(where: { $0 }) == 1 else {
                throw ValidationError("name the ids, or --rules, or --all")
            }
        }

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let queue = DeadLetterQueue(try options.load(for: .broker, invocation))
            var seen: Set<String> = []
            let taken = try await queue.takeAway(limit: DeadLetterQueue.longestLook) { letter, _ in
                guard all || rules && letter.isRefusedByRule || ids.contains(letter.id) else { return false }
                seen.insert(letter.id)
                if dryRun { try invocation.console.print("\(letter.id) (\(letter.reason)) would be taken away") }
                return !dryRun
            }
            let missing = ids.filter { !seen.contains($0) }
            guard missing.isEmpty else {
                throw Failure(.unavailable, "no refused message has the id \(missing.joined(separator: ", "))")
            }
            if !dryRun { try invocation.console.print("\(taken.count) taken away") }
            return .done
        }
    }
}

extension RefusedMessage {
    /// Whether it has its whole body; of one that was too large only the beginning is kept.
    fileprivate var isWhole: Bool { reason != CommandFault.Code.bodyTooLarge.rawValue }

    /// What the bridge would do with it, as far as that can be told without the bridge's store.
    fileprivate func prospect(_ configuration: BridgeConfiguration, at instant: Timestamp) -> String {
        let letter = again(messageID: "dry-run")
        let message = CommandMessage(
            exchange: letter.exchange,
            routingKey: letter.routingKey,
            body: letter.body,
            fullSize: size,
            properties: letter.properties
        )
        switch MessageCheck(message, configuration, at: instant) {
        case .refused(let faults):
            return (["it would be REFUSED again:"] + faults.map { "  \($0.line(in: "message"))" }).joined(
                separator: "\n"
            )
        case .expired: return "it would end as failed, command_expired: it is too old to be charged"
        case .sound where isRefusedByRule:
            return "it is well formed; the rule that refused it (\(reason)) is asked anew"
        case .sound:
            return "nothing is wrong with it by this configuration; the bridge asks its store and its terminals' names"
        }
    }

    /// The message as it came, under a new message id and without what the dead-lettering added.
    fileprivate func again(messageID: String) -> AMQPMessage {
        var properties = properties
        properties.messageID = messageID
        properties.appID = app
        // The broker refuses a message that names another user than the one who publishes it.
        properties.userID = nil
        properties.headers = properties.headers.filter { name, _ in
            !name.hasPrefix("getnet-") && !name.hasPrefix("x-first-death-") && !name.hasPrefix("x-last-death-")
        }
        properties.deliveryMode = .persistent
        return AMQPMessage(
            exchange: exchange,
            routingKey: routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
    }
}
