// SPDX-License-Identifier: Apache-2.0

/// A command to end what a terminal is at, as the cloud saw it: part of the second ledger.
///
/// Units: instants in milliseconds since 1970.
struct CancelPost: Sendable, Equatable {
    /// `idTerminal`, in upper case.
    var terminal: String
    /// When it arrived.
    var receivedAt: Int64
    /// When it took effect, if it was started.
    var endedAt: Int64
    /// The transaction that it was sent for.
    var customID: String?
    /// The transaction whose sale it met at the terminal, ended or not; `nil` if it met none.
    var met: String?
}
