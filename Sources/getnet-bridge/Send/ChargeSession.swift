// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// A command that is published once and followed to its end.
protocol FollowedCommand {
    var commandID: String { get }

    /// The message for the broker.
    func amqp(replyTo queue: String) -> AMQPMessage
}

/// One connection that publishes a charge, or another command, and hears its result.
struct ChargeSession {
    /// How long one look at the reply queue takes at most.
    private static let patience = Duration.seconds(1)
    /// The time between two questions about the status.
    private static let questionInterval = Duration.seconds(2)
    /// How long the broker may take to confirm.
    private static let confirmTimeout = Duration.seconds(10)

    /// The broker's own way to answer the channel that asked; it needs no queue, only the right to publish commands.
    ///
    /// Source: RabbitMQ, "Direct Reply-to".
    private static let directReplyTo = "amq.rabbitmq.reply-to"

    private let session: AMQPSession
    private let commandQueue: String

    /// Connects and listens to answers, before anything is published.
    static func open(_ endpoint: AMQPEndpoint, commandQueue: String) async throws(Failure) -> ChargeSession {
        do throws(AMQPError) {
            let session = try await AMQPSession.open(endpoint)
            try await session.consume(queue: directReplyTo, automaticAcknowledgement: true)
            return ChargeSession(session: session, commandQueue: commandQueue)
        } catch {
            throw Failure(error).sayingNothingWasSent
        }
    }

    func close() async {
        await session.close()
    }

    /// Publishes a command and tells its events until a final one, at most for `limit`.
    ///
    /// - Returns: what the last event says.
    /// - Throws: `Failure` if the command certainly was not taken.
    ///
    /// - Parameters:
    ///   - message: what is published.
    ///   - limit: how long it is followed.
    ///   - watch: which events are told, and when it ends.
    ///   - question: asks for the status, where events go to another address than this one; sent again after each
    ///     answer.
    ///   - tell: takes each event.
    ///   - note: takes what a person should know besides.
    func follow(
        _ message: some FollowedCommand,
        for limit: Duration,
        watch: ChargeWatch? = nil,
        asking question: (() -> any FollowedCommand)? = nil,
        tell: (ChargeEvent) -> Void,
        note: (String) -> Void
    ) async throws -> ChargeEnd {
        let deadline = ContinuousClock.now + limit
        let doubt = try Self.verdict(
            on: await session.publish(message.amqp(replyTo: Self.directReplyTo), timeout: Self.confirmTimeout)
        )
        if let doubt { note(doubt) }
        var watch = watch ?? ChargeWatch(commandID: message.commandID)
        var nextQuestion = ContinuousClock.now + Self.questionInterval
        do throws(AMQPError) {
            while ContinuousClock.now < deadline {
                if let question, !watch.isSilent, nextQuestion <= .now {
                    nextQuestion = .now + Self.questionInterval
                    let asked = question()
                    watch.ignoreRefusal(of: asked.commandID)
                    // One that does not arrive is followed by another.
                    _ = await session.publish(
                        asked.amqp(replyTo: Self.directReplyTo),
                        timeout: min(Self.confirmTimeout, deadline - .now)
                    )
                }
                let patience = min(Self.patience, deadline - .now)
                guard let delivery = try await session.nextDelivery(timeout: patience) else { continue }
                guard let event = ChargeEvent(delivery.properties, body: delivery.body), watch.take(event)
                else { continue }
                tell(event)
                if let status = watch.end { return ChargeEnd(status: status) }
            }
        } catch {
            note("the connection to the broker is gone: \(error)")
        }
        let silence = watch.isSilent ? await silence(isConfirmed: doubt == nil) : nil
        return ChargeEnd(status: watch.statusSoFar, silence: silence)
    }

    private func silence(isConfirmed: Bool) async -> ChargeSilence {
        // A user who may not look is told less.
        let consumers = try? await session.queueStatus(commandQueue).consumers
        return ChargeSilence(queue: commandQueue, isConfirmed: isConfirmed, consumers: consumers)
    }

    /// What the broker's word on the publish means; a sentence where it is not known whether the charge was taken.
    private static func verdict(on outcome: PublishOutcome) throws(Failure) -> String? {
        switch outcome {
        case .confirmed: return nil
        case .returned:
            throw Failure(
                .unavailable,
                "nothing was sent: no queue is bound for commands (has the bridge ever run with this broker?)"
            )
        // One queue refused it: another one that is bound to its key may have it.
        case .rejected: return "the broker refused the command; is the queue full? It may have been taken all the same"
        case .notConnected: throw Failure(.unavailable, "nothing was sent: the connection to the broker is gone")
        case .unconfirmed(.channelClosed(let code, let text)):
            throw Failure(AMQPError.channelClosed(code: code, text: text)).sayingNothingWasSent
        case .unconfirmed(.unencodable(let why)): throw Failure(.data, "nothing was sent: \(why)")
        case .unconfirmed(.queueFull): throw Failure(.unavailable, "nothing was sent: too much is waiting")
        case .unconfirmed(.deadline), .unconfirmed(.connectionLost):
            return "the broker did not confirm the command; it may have been taken all the same"
        }
    }
}

extension Failure {
    /// The same failure, for a caller that must know whether to charge again.
    fileprivate var sayingNothingWasSent: Failure { Failure(status, "nothing was sent: \(message)") }
}

/// What the events of one charge come to, for the waiting command.
struct ChargeWatch {
    /// `nil`: every event that comes.
    private let commandIDs: Set<String>?
    /// Whether the first event is the last one.
    private let endsAtFirst: Bool
    private var last: ChargeEvent.Outcome?
    private var told: Set<String> = []
    /// Questions whose refusal says nothing of what is followed.
    private var questions: Set<String> = []

    init(commandID: String) {
        self.init(commandIDs: [commandID])
    }

    init(commandIDs: Set<String>?, endsAtFirst: Bool = false) {
        self.commandIDs = commandIDs
        self.endsAtFirst = endsAtFirst
    }

    /// Takes an event; `false` for one of another command, or one that was told before.
    @discardableResult
    mutating func take(_ event: ChargeEvent) -> Bool {
        if event.outcome == .rejected, event.commandID.map(questions.contains) ?? false { return false }
        let isWanted = commandIDs.map { ids in event.commandID.map(ids.contains) ?? false } ?? true
        guard isWanted, told.insert(event.id).inserted else { return false }
        last = event.outcome
        return true
    }

    /// A question about the status may be refused; that ends nothing.
    mutating func ignoreRefusal(of commandID: String) { questions.insert(commandID) }

    /// Whether nothing was heard at all.
    var isSilent: Bool { last == nil }

    /// The exit status once no event can change it.
    var end: ExitStatus? {
        switch last {
        case .final(let status): Self.exitStatus(status)
        // Only a person can find out which is right.
        case .contradicted: .inDoubt
        case .rejected: .rejected
        case .open(let status): endsAtFirst ? status.map(Self.exitStatus) ?? .unavailable : nil
        case nil: nil
        }
    }

    /// The exit status once the command waits no longer.
    var statusSoFar: ExitStatus {
        if let end { return end }
        return last == .open(.inDoubt) ? .inDoubt : .noAnswer
    }

    private static func exitStatus(_ status: TransactionStatus) -> ExitStatus {
        switch status {
        case .approved, .completed: .done
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .failed: .failed
        case .inDoubt: .inDoubt
        case .accepted, .waiting, .submitted: .noAnswer
        }
    }
}
