// SPDX-License-Identifier: Apache-2.0

/// A checked command.
///
/// Source: docs/promises.md 2.1, 2.2.
public struct Command: Sendable, Equatable {
    private struct Parts: Sendable, Equatable {
        let commandID: String
        let content: Content
        let expiresAt: Timestamp
        let metadata: [UInt8]?
        let namesAccount: Bool
        let isDated: Bool
    }

    /// It never changes, so all copies of a transaction share it; otherwise each copy would retain its twenty texts.
    private final class Shared: Sendable {
        let parts: Parts

        init(_ parts: Parts) {
            self.parts = parts
        }
    }

    private let shared: Shared

    /// The idempotency key that the publisher chose.
    public var commandID: String { shared.parts.commandID }
    /// What is asked for, on what terminal, for how much: the part that two deliveries of one command share.
    public var content: Content { shared.parts.content }
    /// Nothing is sent to Getnet from this instant on.
    public var expiresAt: Timestamp { shared.parts.expiresAt }
    /// The publisher's own object as compact JSON, echoed in every event.
    public var metadata: [UInt8]? { shared.parts.metadata }
    /// Whether the publisher named the account; else the registry of terminals did, and may name another one tomorrow.
    public var namesAccount: Bool { shared.parts.namesAccount }
    /// Whether its message said when it was sent or when it ends; always `true` where no money moves.
    public var isDated: Bool { shared.parts.isDated }

    /// A command from its parts.
    public init(
        commandID: String,
        content: Content,
        expiresAt: Timestamp,
        metadata: [UInt8]?,
        namesAccount: Bool = true,
        isDated: Bool = true
    ) {
        shared = Shared(
            Parts(
                commandID: commandID,
                content: content,
                expiresAt: expiresAt,
                metadata: metadata,
                namesAccount: namesAccount,
                isDated: isDated
            )
        )
    }

    /// Whether every part is the same.
    public static func == (one: Command, other: Command) -> Bool {
        one.shared === other.shared || one.shared.parts == other.shared.parts
    }

    /// What makes two commands the same one.
    public struct Content: Sendable, Equatable {
        /// What is asked for.
        public let type: CommandType
        /// The account's name.
        public let account: String
        /// Where.
        public let terminal: Terminal
        /// How much; `nil` for a command that takes no amount.
        public let amount: Money?
        /// The merchant's number of this attempt; always there where money moves.
        public let reference: String?
        /// The sale that it is about, as the command names it.
        public let original: OriginalReference?
        /// Getnet's optional fields that were given.
        public let options: [String: JSON.Scalar]

        /// Content from its parts.
        public init(
            type: CommandType,
            account: String,
            terminal: Terminal,
            amount: Money?,
            reference: String?,
            original: OriginalReference? = nil,
            options: [String: JSON.Scalar]
        ) {
            self.type = type
            self.account = account
            self.terminal = terminal
            self.amount = amount
            self.reference = reference
            self.original = original
            self.options = options
        }

        /// The members in which both differ, in the command's words; empty for the same content.
        public func differences(from other: Content) -> [String] {
            var names: [String] = []
            if type != other.type { names.append("type") }
            if account != other.account { names.append("account") }
            // An alias may have been given to another terminal since; its sender wrote the same.
            let isAlias = terminal.alias != nil && terminal.alias == other.terminal.alias
            if !isAlias, !terminal.isSame(as: other.terminal) { names.append("terminal") }
            if amount != other.amount { names.append("amount") }
            if reference != other.reference { names.append("reference") }
            if original != other.original { names.append("original") }
            if options != other.options { names.append("options") }
            return names
        }
    }
}

/// Where the events of a command are copied to, and what ties them to its publisher.
public struct ReplyAddress: Sendable, Equatable {
    /// A longer `traceparent` is dropped, in bytes; version 00 has 55.
    public static let longestTraceparent = 128
    /// A longer `tracestate` is dropped, in bytes: it would be repeated in the headers of every event.
    ///
    /// Source: W3C Trace Context, section 3.3.1.5.
    public static let longestTracestate = 512

    /// The queue named by `reply_to`.
    public var replyTo: String?
    /// The publisher's `correlation_id`, echoed on every event.
    public var correlationID: String?
    /// W3C trace context, carried on.
    public var traceparent: String?
    /// W3C trace state, carried on.
    public var tracestate: String?

    /// An address from its parts; trace context beyond its limits is dropped.
    public init(
        replyTo: String? = nil,
        correlationID: String? = nil,
        traceparent: String? = nil,
        tracestate: String? = nil
    ) {
        self.replyTo = replyTo
        self.correlationID = correlationID
        carryOn(traceparent, tracestate)
    }

    /// Takes over trace context; what is beyond its limits is dropped.
    mutating func carryOn(_ traceparent: String?, _ tracestate: String?) {
        self.traceparent = traceparent.flatMap { $0.utf8.count <= Self.longestTraceparent ? $0 : nil }
        self.tracestate = tracestate.flatMap { $0.utf8.count <= Self.longestTracestate ? $0 : nil }
    }
}
