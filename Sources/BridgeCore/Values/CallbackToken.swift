// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// One secret that callback tokens are made with.
public struct CallbackKey: Sendable, Equatable {
    /// Shorter secrets are refused.
    public static let shortestSecret = 16
    /// Longer names would not fit the URL's limit.
    public static let longestID = 16

    /// The name that stands in the token.
    public let id: String
    private let secret: SymmetricKey
    /// It holds the secret already, which is most of the work; a copy takes the message.
    fileprivate let keyed: HMAC<SHA256>

    /// A key from its name (1–16 of `[A-Za-z0-9_-]`) and its secret (16 bytes or more).
    ///
    /// `nil` if one of them has not its shape.
    public init?(id: String, secret: [UInt8]) {
        guard secret.count >= Self.shortestSecret, (1...Self.longestID).contains(id.utf8.count),
            id.utf8.allSatisfy({
                (48...57).contains($0) || (97...122).contains($0.asciiLowercased) || $0 == 45 || $0 == 95
            })
        else { return nil }
        self.id = id
        self.secret = SymmetricKey(data: secret)
        keyed = HMAC<SHA256>(key: self.secret)
    }

    /// Whether name and secret are the same.
    public static func == (one: CallbackKey, other: CallbackKey) -> Bool {
        one.id == other.id && one.secret == other.secret
    }
}

/// Makes and checks the token in a callback's URL.
///
/// *Shape*: `{keyId}.{mac}`, the MAC being the first 16 bytes of HMAC-SHA-256 over the transaction's id in base64url
/// without padding (22 characters). Source: docs/promises.md 5.1. A token opens exactly one transaction's URL.
public struct CallbackKeyRing: Sendable {
    /// How many bytes of the MAC are kept.
    public static let macLength = 16

    private let keys: [CallbackKey]

    /// A ring that signs with the first key and accepts every one; `nil` without a key or with two of one name.
    public init?(_ keys: [CallbackKey]) {
        guard !keys.isEmpty, Set(keys.map(\.id)).count == keys.count else { return nil }
        self.keys = keys
    }

    /// The token for a transaction's URL.
    public func token(for id: TransactionID) -> String {
        let key = keys[0]
        return key.id + "." + String(decoding: Self.base64URL(mac(of: id, with: key)), as: UTF8.self)
    }

    /// Whether a token opens that transaction's URL; the time it takes does not tell which byte is wrong.
    public func accepts(_ token: some StringProtocol, for id: TransactionID) -> Bool {
        let bytes = Array(token.utf8)
        guard let point = bytes.lastIndex(of: UInt8(ascii: ".")),
            let key = keys.first(where: { $0.id.utf8.elementsEqual(bytes[..<point]) })
        else { return false }
        let expected = Self.base64URL(mac(of: id, with: key))
        let given = bytes[(point + 1)...]
        guard given.count == expected.count else { return false }
        return zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func mac(of id: TransactionID, with key: CallbackKey) -> ArraySlice<UInt8> {
        var code = key.keyed
        code.update(data: Array(id.description.utf8))
        return Array(code.finalize())[..<Self.macLength]
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func base64URL(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(22)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                digits.append(alphabet[Int(buffer >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { digits.append(alphabet[Int(buffer << UInt32(6 - bits) & 63)]) }
        return digits
    }
}
