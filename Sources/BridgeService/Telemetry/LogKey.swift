// SPDX-License-Identifier: Apache-2.0

/// The keys of log metadata; values are ids, counts and sentences, never bodies, card data or secrets.
public enum LogKey {
    /// The transaction's id.
    public static let transaction = "getnet.transaction"
    /// The command's id, as its publisher chose it.
    public static let command = "getnet.command"
    /// A transaction's status.
    public static let status = "getnet.status"
    /// The transaction that had a number of Getnet's before.
    public static let formerOwner = "getnet.former_owner"
    /// A reason code.
    public static let reason = "getnet.reason"
    /// The same in words, with what is known of the cause.
    public static let detail = "getnet.detail"
    /// What Getnet said as it refused; runs of digits are masked.
    public static let said = "getnet.said"
    /// Who decided.
    public static let person = "getnet.person"
    /// A terminal's idTerminal.
    public static let terminal = "getnet.terminal"
    /// An account's name.
    public static let account = "getnet.account"
    /// What went wrong.
    public static let error = "error"
    /// A signal of the system.
    public static let signal = "process.signal"
    /// A queue between two parts of the bridge.
    public static let queue = "getnet.queue"
    /// How long the oldest piece of it has waited.
    public static let age = "getnet.age"
    /// How many.
    public static let count = "count"
    /// How many there should be.
    public static let needed = "needed"
    /// An address or a URL without secrets.
    public static let address = "server.address"
    /// What stands in the way of commands.
    public static let obstacle = "getnet.obstacle"
    /// An exchange or queue.
    public static let destination = "messaging.destination.name"
    /// A routing key.
    public static let routingKey = "messaging.rabbitmq.destination.routing_key"
    /// An event's id.
    public static let message = "messaging.message.id"
    /// A place in the outbox.
    public static let position = "getnet.outbox_position"
    /// A version.
    public static let version = "service.version"
    /// A file.
    public static let path = "file.path"

    /// Those whose values are whole numbers, which JSON has as such; the last three are other modules' own.
    static let numbers: Set<String> = [
        count, needed, position, "amqp.consumer.unsettled", "messaging.rabbitmq.message.delivery_tag",
        "valid-for-seconds",
    ]
}
