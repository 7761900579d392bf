// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// A callback that the store keeps although it is evidence of no transaction.
public struct KeptCallback: Sendable, Equatable {
    /// No answer has more of them.
    public static let longestAnswer = 500

    /// Counts up from 1 in the order of arrival.
    public let number: Int64
    /// Why it is no evidence.
    public let cause: QuarantinedCallback.Cause
    /// The transaction's name in its URL.
    public let transactionID: TransactionID
    /// Getnet's number in its body, if it has one.
    public let idPosTxs: String?
    /// The `customId` in its body, if it has one.
    public let customID: String?
    /// Its body, in which every run of six or more digits is replaced.
    public let maskedBody: [UInt8]
    /// When it arrived.
    public let receivedAt: Timestamp

    /// A callback from its parts.
    package init(
        number: Int64,
        cause: QuarantinedCallback.Cause,
        transactionID: TransactionID,
        idPosTxs: String?,
        customID: String?,
        maskedBody: [UInt8],
        receivedAt: Timestamp
    ) {
        self.number = number
        self.cause = cause
        self.transactionID = transactionID
        self.idPosTxs = idPosTxs
        self.customID = customID
        self.maskedBody = maskedBody
        self.receivedAt = receivedAt
    }
}
