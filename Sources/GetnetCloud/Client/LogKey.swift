// SPDX-License-Identifier: Apache-2.0

/// The metadata keys of this module's log lines.
enum LogKey {
    static let account = "account"
    static let message = "cloud-message"
    static let reason = "reason"
    static let transactionID = "transaction-id"
    static let validFor = "valid-for-seconds"
    static let waitsFor = "waits-for-seconds"
}
