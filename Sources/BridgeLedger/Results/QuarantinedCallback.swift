// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// A callback that is no evidence.
public struct QuarantinedCallback: Sendable, Equatable {
    /// Why it is none.
    public enum Cause: String, Sendable, CaseIterable {
        /// There is no such transaction.
        case unmatched
        /// The body is no C2C answer.
        case unreadable
        /// The store refuses it for its transaction, as a fault of the bridge's own.
        case notStorable = "not_storable"
    }

    /// Why it is none.
    public let cause: Cause
    /// The name in the URL.
    public let transactionID: TransactionID
    /// The answer, where it could be read.
    public let answer: CloudAnswer?
    /// The body with every run of six or more digits replaced.
    public let maskedBody: [UInt8]
    /// When it arrived.
    public let receivedAt: Timestamp

    /// A quarantined callback from its parts.
    public init(
        cause: Cause,
        transactionID: TransactionID,
        answer: CloudAnswer?,
        maskedBody: [UInt8],
        receivedAt: Timestamp
    ) {
        self.cause = cause
        self.transactionID = transactionID
        self.answer = answer
        self.maskedBody = maskedBody
        self.receivedAt = receivedAt
    }
}
