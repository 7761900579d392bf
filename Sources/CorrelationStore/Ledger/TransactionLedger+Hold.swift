// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// A store that was restored is held until a person releases it; the hold is a note in the store itself.
extension TransactionLedger {
    static var holdNote: String { "held_since" }

    static var restoreNote: String { "restored_at" }

    /// Stands from the restore until everything that the backup shows as not sent was put in doubt, released or not.
    static var pendingNote: String { "restore_pending" }

    /// When a copy was made; it stands in copies alone, until they are started.
    static var copyNote: String { "copied_at" }

    /// Who ended the last hold, when and why, as JSON.
    static var releaseNote: String { "released" }

    /// What is noted of a release.
    static func words(of note: OperatorNote, at instant: Timestamp) -> String {
        var writer = JSONWriter(reserving: 256)
        writer.object { words in
            words.member("at", instant.description)
            words.member("by", note.name)
            words.member("reason", note.reason)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

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

    /// Ends the hold if its time is over, or the person knows that it is not.
    func release(by note: OperatorNote, at instant: Timestamp, isKnownToBeEarly: Bool) throws -> HoldRelease {
        let release = HoldRelease.decide(
            heldSince: try heldSince(),
            at: instant,
            isKnownToBeEarly: isKnownToBeEarly
        )
        guard release == .released else { return release }
        try rows.note(Self.holdNote, nil)
        try rows.note(Self.releaseNote, Self.words(of: note, at: instant))
        return release
    }
}
