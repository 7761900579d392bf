// SPDX-License-Identifier: Apache-2.0

/// A reading of a terminal's journal that reached the cloud: part of the second ledger.
///
/// Units: instants in milliseconds since 1970.
struct JournalReading: Sendable, Equatable {
    /// `idTerminal`, in upper case.
    var terminal: String
    /// When it arrived.
    var startedAt: Int64
    /// Whether the journal was answered whole.
    var isAnswered: Bool
}
