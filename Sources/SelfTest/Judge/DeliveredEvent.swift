// SPDX-License-Identifier: Apache-2.0

/// An event as it came out of the queue: the third ledger, in the order of arrival.
struct DeliveredEvent: Sendable, Equatable {
    /// The event's id.
    var id: String
    /// The last word but one of the CloudEvents type.
    ///
    /// Shape: `approved`, `contradicted`, `rejected`, `unmatched`.
    var name: String
    /// The transaction it is about; `nil` for one about none.
    var transactionID: String?
    /// The command it is about.
    var commandID: String?
    /// The status it tells.
    var status: String?
    /// Whether it says that the status is final.
    var isFinal = false
    /// What its result says was paid or given back, in minor units.
    var paidAmount: Int64?
    /// The issuer's approval in its result.
    var authorizationCode: String?
    /// Of a refusal what was wrong, by code.
    var faultCodes: Set<String> = []
    /// Its place among the transaction's events.
    var sequence: Int64?
}
