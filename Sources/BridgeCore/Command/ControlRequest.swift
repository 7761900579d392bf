// SPDX-License-Identifier: Apache-2.0

/// What the control queue can be asked for.
///
/// Source: `docs/callers.md`, "Control messages".
public enum ControlVerb: String, Sendable, Hashable, CaseIterable {
    /// Do not send a charge that was not sent yet.
    case cancel
    /// Tell the latest event of a transaction.
    case status
}

/// A checked message of the control queue.
public struct ControlRequest: Sendable, Equatable {
    /// The transaction that a message is about.
    public enum Original: Sendable, Equatable {
        /// By the bridge's name of it.
        case transaction(TransactionID)
        /// By the id of its command.
        case command(String)
    }

    /// What is asked for.
    public let verb: ControlVerb
    /// The name that the publisher gave the message; nothing is decided by it.
    public let commandID: String?
    /// The account's name; `nil` where there are several, none is named and none is needed.
    public let account: String?
    /// What it is about.
    public let original: Original
    /// The publisher's own object as compact JSON, echoed where the request itself is answered.
    public let metadata: [UInt8]?

    /// A request from its parts.
    public init(verb: ControlVerb, commandID: String?, account: String?, original: Original, metadata: [UInt8]?) {
        self.verb = verb
        self.commandID = commandID
        self.account = account
        self.original = original
        self.metadata = metadata
    }

    /// The refusal of the request for one fault, and for the transaction that it is about where there is one.
    public func rejection(_ fault: CommandFault, becauseOf transaction: Transaction? = nil) -> CommandRejection {
        CommandRejection(
            faults: [fault],
            commandID: commandID,
            type: verb.rawValue,
            account: account,
            metadata: metadata,
            conflict: transaction.map {
                CommandRejection.Conflict(transactionID: $0.id, status: $0.status, differs: nil)
            },
            isControl: true
        )
    }
}
