// SPDX-License-Identifier: Apache-2.0

/// What an event tells: the last words of its type and the first two words of its routing key, as `charge.approved`.
///
/// Source: docs/promises.md 1.5.
public enum EventName: Sendable, Hashable {
    /// A transaction's status.
    case status(CommandType, TransactionStatus)
    /// Evidence against a final status.
    case contradicted(CommandType)
    /// What was given back of a sale.
    case amended(CommandType)
    /// A command that was not taken.
    case rejected
    /// An authentic callback without a transaction.
    case unmatched
    /// A transaction that a caller asked for and the store does not have; to the caller only, never stored.
    case notFound
    /// A name that this program does not know, as a newer one stored it: it is published as it is.
    case unknown(Kind, String)

    /// What an event is about, as the store's column `kind` has it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A transaction's status.
        case transaction
        /// Evidence against a final status.
        case contradicted
        /// What was given back of a sale.
        case amended
        /// A command that was not taken.
        case rejected
        /// A callback without a transaction.
        case unmatched
        /// A transaction that the store does not have.
        case notFound = "not_found"
    }

    /// Its kind.
    public var kind: Kind {
        switch self {
        case .status: .transaction
        case .contradicted: .contradicted
        case .amended: .amended
        case .rejected: .rejected
        case .unmatched: .unmatched
        case .notFound: .notFound
        case .unknown(let kind, _): kind
        }
    }

    /// The two words.
    public var text: String {
        switch self {
        case .status(let type, let status): "\(type.rawValue).\(status.rawValue)"
        case .contradicted(let type), .amended(let type): "\(type.rawValue).\(kind.rawValue)"
        case .rejected: "command.rejected"
        case .unmatched: "callback.unmatched"
        case .notFound: "status.not_found"
        case .unknown(_, let text): text
        }
    }

    /// The status that it tells; also one of a command that this program does not know.
    public var status: TransactionStatus? {
        switch self {
        case .status(_, let status): status
        case .unknown(.transaction, let text):
            text.split(separator: ".").last.flatMap { TransactionStatus(rawValue: String($0)) }
        case .unknown, .contradicted, .amended, .rejected, .unmatched, .notFound: nil
        }
    }

    /// A name as it was stored.
    public init(_ kind: Kind, text: String) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        let type = words.first.flatMap { CommandType(rawValue: String($0)) }
        let status = words.last.flatMap { TransactionStatus(rawValue: String($0)) }
        let name: EventName? =
            switch kind {
            case .transaction: type.flatMap { type in status.map { .status(type, $0) } }
            case .contradicted: type.map { .contradicted($0) }
            case .amended: type.map { .amended($0) }
            case .rejected: .rejected
            case .unmatched: .unmatched
            case .notFound: .notFound
            }
        self = name.flatMap { $0.text == text ? $0 : nil } ?? .unknown(kind, text)
    }
}
