// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A network, as callbacks may be restricted to it.
///
/// Shape: `203.0.113.0/24`, `2001:db8::/32`; an address without a length is that one host.
public struct CIDR: Sendable, Equatable, CustomStringConvertible {
    /// The network's address, 4 or 16 bytes, bits behind the prefix being zero.
    private let network: [UInt8]
    /// How many leading bits count.
    private let prefixLength: Int
    /// The network as it was written.
    public let description: String

    /// Reads a network; `nil` where the text is none, or has bits set behind its prefix.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = Self.bytes(of: String(first)) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), String(given) == parts[1], (0...length).contains(given) else { return nil }
            length = given
        }
        guard Self.masked(address, to: length) == address else { return nil }
        network = address
        prefixLength = length
        description = text
    }

    /// Whether an address (numeric, as the socket names its peer) lies in the network.
    ///
    /// An IPv4 address that a dual-stack socket shows as `::ffff:a.b.c.d` counts as the IPv4 address.
    public func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address), bytes.count == network.count else { return false }
        return Self.masked(bytes, to: prefixLength) == network
    }

    private static func masked(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var v4 = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &v4) == 1 { return v4 }
        var v6 = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        let isMapped = v6.prefix(10).allSatisfy { $0 == 0 } && v6[10] == 0xFF && v6[11] == 0xFF
        return isMapped ? Array(v6.suffix(4)) : v6
    }
}
