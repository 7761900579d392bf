// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import Logging

/// Publishes the end of commands that died in their queue.
///
/// The broker drops a command whose AMQP `expiration` is over before the bridge took it, and its publisher waits for an
/// event. The broker hands it to the dead-letter exchange, to which a queue for this intake is bound. The command is
/// read like any other and has expired: a new one ends as `failed`, `command_expired`; one that was taken before, and
/// whose acknowledgement got lost, is told as it stands. What the queue dropped for another reason may be what kills
/// the bridge: it is not read but logged and counted.
struct ExpiredIntake: Sendable {
    /// How many are told at once.
    static let prefetch: UInt16 = 16

    let intake: CommandIntake
    /// The queue of commands.
    let queue: String
    let metrics: Metrics
    let logger: Logger

    /// What is to be done with a delivery.
    func handle(_ delivery: Delivery) async -> Verdict {
        // The latest death is the one that brought it here.
        guard let death = Death.all(in: delivery.properties.headers).first, death.queue == queue else {
            return .acknowledge
        }
        guard death.reason == "expired" else {
            metrics.increment(.deadLetters, death.reason)
            logger.error(
                "the command queue dropped a message, and no event was published for it",
                metadata: [LogKey.reason: "\(death.reason)", LogKey.message: "\(delivery.properties.messageID ?? "")"]
            )
            return .acknowledge
        }
        let now = intake.clock()
        var message = CommandMessage(delivery)
        message.exchange = death.exchange ?? message.exchange
        message.routingKey = death.routingKey ?? message.routingKey
        // Never in the future, even if the broker's clock is ahead.
        message.expiredAt = now
        return await intake.handle(message)
    }
}
