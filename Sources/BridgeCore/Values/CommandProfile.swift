// SPDX-License-Identifier: Apache-2.0

/// How a country's terminals take one command.
public struct CommandProfile: Sendable, Hashable {
    /// How the result comes.
    public enum Mode: Sendable, Hashable {
        /// The cloud acknowledges at once and calls back.
        case asynchronous
        /// The answer comes on the connection that asked, after minutes if need be.
        case synchronous
        /// A callback is asked for; it is not known whether the cloud heeds that, so the connection waits as well.
        case tryAsynchronous

        /// Whether the request names where to call back.
        public var asksForCallback: Bool {
            switch self {
            case .asynchronous, .tryAsynchronous: true
            case .synchronous: false
            }
        }

        /// Whether the answer may take as long as the terminal does.
        public var mayAnswerLate: Bool {
            switch self {
            case .asynchronous: false
            case .synchronous, .tryAsynchronous: true
            }
        }
    }

    /// A member of the request that comes from the command or from the sale that it is about.
    public enum Fact: Sendable, Hashable {
        case amount
        case ticketNumber
        /// The receipt of the original.
        case operationID
        /// The authorization of the original.
        case authorizationCode
        /// The day of the original at the terminal.
        case originalDate
    }

    /// Getnet's optional field of a command: its type and what it may hold.
    public enum FieldRule: Sendable, Hashable {
        /// `true` or `false`.
        case boolean
        /// An integer within bounds.
        case integer(ClosedRange<Int64>)
        /// A string of at most that many characters.
        case text(Int)
        /// One of these strings.
        case oneOf([String])
        /// A Chilean tax number with its check digit.
        case rut
        /// What is to be printed, line by line.
        case printLines
    }

    /// Getnet's optional field, with what is sent where the command does not name it.
    public struct Field: Sendable, Hashable {
        /// What it may hold.
        public let rule: FieldRule
        /// What is sent for a command that does not name it; nothing where there is none.
        public let preset: JSON.Scalar?
        /// Whether a command must name it.
        public let isRequired: Bool

        /// A field that may be left out.
        public static func optional(_ rule: FieldRule, _ preset: JSON.Scalar? = nil) -> Field {
            Field(rule: rule, preset: preset, isRequired: false)
        }

        /// A field that a command must name.
        public static func required(_ rule: FieldRule) -> Field {
            Field(rule: rule, preset: nil, isRequired: true)
        }
    }

    /// How the result comes.
    public let mode: Mode
    /// What is sent of the command itself, beside the terminal.
    public let facts: [Fact]
    /// The fields of `options` by name.
    public let fields: [String: Field]
    /// Whether the request carries our name of the transaction.
    public let sendsCustomID: Bool
    /// Whether it was never seen in this country: it is taken from another one.
    public let isPresumed: Bool

    /// A profile from its parts.
    public init(
        _ mode: Mode,
        _ facts: [Fact] = [],
        _ fields: [String: Field] = [:],
        sendsCustomID: Bool = true,
        isPresumed: Bool = false
    ) {
        self.mode = mode
        self.facts = facts
        self.fields = fields
        self.sendsCustomID = sendsCustomID
        self.isPresumed = isPresumed
    }
}
