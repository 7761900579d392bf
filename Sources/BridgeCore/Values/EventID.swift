// SPDX-License-Identifier: Apache-2.0

internal import Crypto

/// The stable name of one event: a UUID that every repetition of the event carries.
public struct EventID: Sendable, Hashable, CustomStringConvertible {
    /// The UUID in lower case with hyphens.
    public let description: String

    /// A UUIDv7 (RFC 9562, section 5.7) from an instant and random bits.
    public init(at instant: Timestamp, random: UInt128) {
        let time = UInt128(UInt64(clamping: instant.milliseconds) & 0xFFFF_FFFF_FFFF) << 80
        self.init(bits: time | (random & Self.below80), version: 7)
    }

    /// A UUIDv8 (RFC 9562, section 5.8) made from content, so that the same content has the same name for ever.
    public init(hashing parts: [[UInt8]]) {
        var content = Content()
        for part in parts { content.add(part) }
        self.init(hashing: content)
    }

    /// A UUIDv8 made from content that was put together before.
    public init(hashing content: Content) {
        let bits = SHA256.hash(data: content.bytes).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self.init(bits: bits, version: 8)
    }

    /// The parts that a name is made from; two different lists never give the same bytes.
    public struct Content {
        fileprivate var bytes: [UInt8] = []

        /// Nothing yet.
        public init() { bytes.reserveCapacity(1_024) }

        /// Adds a part.
        public mutating func add(_ part: some Collection<UInt8>) {
            // The length goes first: the same bytes in other parts are another content.
            let count = part.count
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            }
            bytes.append(contentsOf: part)
        }
    }

    /// Takes a name back from where it was stored.
    public init(stored: String) {
        description = stored
    }

    private static let below80: UInt128 = (1 << 80) - 1

    private init(bits: UInt128, version: UInt128) {
        let variant: UInt128 = 0b10
        let value = bits & ~(0xF << 76) & ~(0b11 << 62) | version << 76 | variant << 62
        var digits: [UInt8] = []
        digits.reserveCapacity(36)
        let halves = (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { digits.append(UInt8(ascii: "-")) }
            let half = index < 16 ? halves.0 : halves.1
            digits.append(Self.hexadecimal[Int(half >> UInt64(60 - index % 16 * 4) & 0xF)])
        }
        description = String(decoding: digits, as: UTF8.self)
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
