// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Where Getnet is told to send the result of a transaction.
///
/// Source: docs/promises.md 5.1.
struct CallbackURL: Sendable {
    let publicURL: String
    let keys: CallbackKeyRing

    init(publicURL: String, keys: CallbackKeyRing) {
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.keys = keys
    }

    func url(for id: TransactionID) -> String {
        "\(publicURL)/callbacks/\(id)?token=\(keys.token(for: id))"
    }
}
