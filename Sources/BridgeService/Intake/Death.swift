// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// One entry of the `x-death` header: a queue dropped the message, for a reason.
///
/// The broker writes them. A publisher can too; up to RabbitMQ 3.13 the broker goes on with what it finds. So they only
/// ever make a command older. Source: RabbitMQ, "Dead Letter Exchanges".
struct Death: Sendable, Equatable {
    /// The queue.
    let queue: String
    /// `expired`, `rejected`, `delivery_limit`, `maxlen`.
    let reason: String
    /// When the queue dropped it for this reason for the first time.
    let time: Timestamp?
    /// The exchange it was published to before.
    let exchange: String?
    /// The key it was published with before.
    let routingKey: String?

    /// The entries of a message's headers, the latest first.
    static func all(in headers: [String: AMQPValue]) -> [Death] {
        guard case .array(let entries)? = headers["x-death"] else { return [] }
        return entries.compactMap(Death.init)
    }

    private init?(_ entry: AMQPValue) {
        guard case .table(let members) = entry, case .string(let queue)? = members["queue"],
            case .string(let reason)? = members["reason"]
        else { return nil }
        self.queue = queue
        self.reason = reason
        if case .timestamp(let seconds)? = members["time"] {
            time = Timestamp(secondsOnTheWire: seconds)
        } else {
            time = nil
        }
        if case .string(let name)? = members["exchange"] { exchange = name } else { exchange = nil }
        if case .array(let keys)? = members["routing-keys"], case .string(let key)? = keys.first {
            routingKey = key
        } else {
            routingKey = nil
        }
    }
}
