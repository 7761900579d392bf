// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What a store notes about itself.
///
/// The raw values are the names in the store.
package enum StoreNote: String, Sendable, CaseIterable {
    /// Since when the store is held after a restore.
    case heldSince = "held_since"
    /// When the store was restored last.
    case restoredAt = "restored_at"
    /// Stands from a restore until all that the backup shows as not sent is in doubt, also after the hold's release.
    case restorePending = "restore_pending"
    /// When a copy was made. It stands in copies alone, until a bridge starts on them.
    case copiedAt = "copied_at"
    /// Who ended the last hold, when and why, as JSON.
    case released
    /// When the store was probed last.
    case probedAt = "probed_at"
}

/// The notes of a store, and the rules of the hold after a restore, which are decided by notes alone.
///
/// *Throws*: the engine's own errors. *Source*: `docs/decisions/0007-backup-and-hold.md`.
package protocol StoreNotes {
    /// A note's value; `nil` where there is none.
    func value(of note: StoreNote) throws -> String?
    /// Writes a note; `nil` removes it.
    func set(_ note: StoreNote, to value: String?) throws
}

extension StoreNotes {
    /// Since when the store is held, if it is.
    package func heldSince() throws -> Timestamp? { try instant(of: .heldSince) }

    /// When the store was restored last, if it ever was.
    package func restoredAt() throws -> Timestamp? { try instant(of: .restoredAt) }

    /// Whether what the backup shows as not sent may still be sent.
    package func isRestorePending() throws -> Bool { try value(of: .restorePending) != nil }

    /// Whether the store is a copy that no bridge has started on.
    package func isCopy() throws -> Bool { try value(of: .copiedAt) != nil }

    /// Marks the store as a copy.
    package func noteCopy(at instant: Timestamp) throws { try set(.copiedAt, to: instant.description) }

    /// Notes that nothing of what the backup shows as not sent can be sent any more.
    package func finishRestore() throws { try set(.restorePending, to: nil) }

    /// Begins the hold after a restore.
    ///
    /// A hold that stands already keeps its first instant.
    package func hold(at instant: Timestamp) throws {
        // A copy of a held store is a restore of its own: the hour begins anew.
        if try isCopy() || value(of: .heldSince) == nil { try set(.heldSince, to: instant.description) }
        for note in [StoreNote.restoredAt, .restorePending] { try set(note, to: instant.description) }
        try set(.copiedAt, to: nil)
    }

    /// Ends the hold if its time is over, or if the person knows that it is not.
    package func release(
        by person: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) throws -> HoldRelease {
        let release = HoldRelease.decide(
            heldSince: try heldSince(),
            at: instant,
            isKnownToBeEarly: isKnownToBeEarly
        )
        guard release == .released else { return release }
        try set(.heldSince, to: nil)
        try set(.released, to: person.words(at: instant))
        return release
    }

    private func instant(of note: StoreNote) throws -> Timestamp? {
        try value(of: note).flatMap { Timestamp($0) }
    }
}

extension OperatorNote {
    /// What is noted of a release: who, why and when, as JSON.
    fileprivate func words(at instant: Timestamp) -> String {
        var writer = JSONWriter(reserving: 256)
        writer.object { words in
            words.member("at", instant.description)
            words.member("by", name)
            words.member("reason", reason)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
