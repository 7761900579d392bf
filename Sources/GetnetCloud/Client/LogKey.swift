// SPDX-License-Identifier: Apache-2.0

/// The metadata keys of this module's log lines.
enum LogKey {
    static let account = "account"
    static let error = "error"
    static let mayHaveLeft = "may-have-left"
    static let message = "cloud-message"
    static let operation = "operation"
    static let reason = "reason"
    static let rejections = "rejections-in-a-minute"
    static let validFor = "valid-for-seconds"
    static let waitsFor = "waits-for-seconds"
}
