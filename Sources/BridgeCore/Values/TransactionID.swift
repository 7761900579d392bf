// SPDX-License-Identifier: Apache-2.0

/// The name of one transaction: 24 of `[0-9a-z]`, ascending with time.
///
/// *Shape*: nine base-36 digits of milliseconds since the epoch, fifteen random ones (77 bits). The very string stands
/// in `customId` (at most 25 characters, docs/getnet.md 14.2) and in the callback's URL (docs/promises.md 5.1).
public struct TransactionID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How many characters there are.
    public static let length = 24
    private static let timeLength = 9
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// The 24 characters.
    public let description: String

    /// Makes a name from an instant and random bits.
    public init(at instant: Timestamp, random: UInt128) {
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: Self.length)
        Self.fill(&digits[0..<Self.timeLength], UInt128(UInt64(clamping: instant.milliseconds)))
        Self.fill(&digits[Self.timeLength..<Self.length], random)
        description = String(decoding: digits, as: UTF8.self)
    }

    /// Reads a name; `nil` unless it has the shape of one.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count == Self.length else { return nil }
        for index in bytes.indices {
            let byte = bytes[index]
            guard (48...57).contains(byte) || (97...122).contains(byte) else { return nil }
        }
        description = text
    }

    /// Whether the left one is older.
    public static func < (left: TransactionID, right: TransactionID) -> Bool {
        left.description < right.description
    }

    /// The very next name, for a second one within a millisecond or after the clock was set back.
    public var successor: TransactionID {
        var digits = Array(description.utf8)
        for index in digits.indices.reversed() {
            guard let value = Self.alphabet.firstIndex(of: digits[index]) else {
                preconditionFailure("a digit of ours")
            }
            digits[index] = Self.alphabet[(value + 1) % Self.alphabet.count]
            if value + 1 < Self.alphabet.count { break }
        }
        return TransactionID(digits)
    }

    private init(_ digits: [UInt8]) {
        description = String(decoding: digits, as: UTF8.self)
    }

    private static func fill(_ digits: inout ArraySlice<UInt8>, _ value: UInt128) {
        var rest = value
        for index in digits.indices.reversed() {
            digits[index] = alphabet[Int(rest % 36)]
            rest /= 36
        }
    }
}
