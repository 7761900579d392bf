// SPDX-License-Identifier: Apache-2.0

/// The notes by which a store knows its accounts, whatever the engine.
///
/// The first account stands in three notes, each that was admitted later in one of its own.
extension StoreOwner {
    private static let admission = "account:"

    /// The notes of the first account.
    package var notes: [(name: String, value: String)] {
        [("account", account), ("country", country), ("environment", environment)]
    }

    /// The note of an account that was admitted beside the first.
    package var admissionNote: (name: String, value: String) {
        (Self.admission + account, "\(country)/\(environment)")
    }

    /// The notes of several accounts.
    package static func notes(of owners: [StoreOwner]) -> [(name: String, value: String)] {
        (owners.first?.notes ?? []) + owners.dropFirst().map(\.admissionNote)
    }

    /// The accounts that notes name; `nil` where they name none, so that it is no store.
    package static func owners(in notes: [String: String]) -> [StoreOwner]? {
        guard let account = notes["account"], let country = notes["country"], let environment = notes["environment"]
        else { return nil }
        let admitted = notes.keys.filter { $0.hasPrefix(admission) }.sorted().compactMap { key -> StoreOwner? in
            let words = (notes[key] ?? "").split(separator: "/", maxSplits: 1).map(String.init)
            guard words.count == 2 else { return nil }
            return StoreOwner(account: String(key.dropFirst(admission.count)), country: words[0], environment: words[1])
        }
        return [StoreOwner(account: account, country: country, environment: environment)] + admitted
    }
}
