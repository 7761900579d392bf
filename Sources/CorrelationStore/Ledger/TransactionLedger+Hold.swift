// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// A store that was restored is held until a person releases it; the hold is a note in the store itself.
extension TransactionLedger {
    static var holdNote: String { "held_since" }

    static var restoreNote: String { "restored_at" }

    /// Stands from the restore until everything that the backup shows as not sent was put in doubt, released or not.
    static var pendingNote: String { "restore_pending" }

    /// Whether what the backup shows as not sent may still be sent.
    func isRestorePending() throws -> Bool { try rows.note(Self.pendingNote) != nil }

    /// Nothing that the backup shows as not sent can be sent any more.
    func finishRestore() throws { try rows.note(Self.pendingNote, nil) }

    /// When the store was restored last, if it ever was.
    func restoredAt() throws -> Timestamp? {
        try rows.note(Self.restoreNote).flatMap { Timestamp($0) }
    }

    /// Since when the store is held, if it is.
    func heldSince() throws -> Timestamp? {
        try rows.note(Self.holdNote).flatMap { Timestamp($0) }
    }

    /// Ends the hold; `false` if there was none.
    func release() throws -> Bool {
        guard try rows.note(Self.holdNote) != nil else { return false }
        try rows.note(Self.holdNote, nil)
        return true
    }
}
