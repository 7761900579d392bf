// SPDX-License-Identifier: Apache-2.0

/// One key of the callback tokens, as an operator wrote it down.
///
/// Shape: `2026a:wJ3c…`, a key id and a secret; the secret is text of 16 bytes or more, taken as it stands.
public struct CallbackKeySetting: Sendable, Equatable {
    /// The longest key id: it is part of every callback URL, and that has less than 200 characters.
    public static let longestKeyID = 16
    /// The shortest secret, in bytes: as long as the MAC it makes.
    public static let shortestSecret = 16

    /// The name of the key, which the token carries.
    public let keyID: String
    /// The key material, as UTF-8 text.
    public let secret: Secret

    /// Wraps a key id and its secret.
    public init(keyID: String, secret: Secret) {
        self.keyID = keyID
        self.secret = secret
    }
}
