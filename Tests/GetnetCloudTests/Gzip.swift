// SPDX-License-Identifier: Apache-2.0

/// Writes gzip and deflate streams without compressing anything, as RFC 1951 and RFC 1952 allow.
enum Gzip {
    /// One gzip member.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        return head + deflated(bytes) + little(crc32(bytes)) + little(UInt32(bytes.count))
    }

    /// A raw deflate stream.
    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        return [UInt8(1)] + little(length) + little(~length) + bytes
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
