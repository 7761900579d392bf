// SPDX-License-Identifier: Apache-2.0

/// DEFLATE with the fixed Huffman code and literals alone: nothing gets shorter, and no original byte stays readable.
///
/// Source: RFC 1950 (zlib), RFC 1951, section 3.2.6, RFC 1952 (gzip).
public enum PlainDeflate {
    /// The bare stream.
    public static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var bits = BitWriter()
        // The last block, of the fixed code.
        bits.add(0b1, 1)
        bits.add(0b01, 2)
        for byte in bytes {
            byte < 144 ? bits.addCode(0x30 + UInt16(byte), 8) : bits.addCode(0x190 + UInt16(byte) - 144, 9)
        }
        bits.addCode(0, 7)
        return bits.finished
    }

    /// As `Content-Encoding: gzip` has it.
    public static func gzipped(_ bytes: [UInt8]) -> [UInt8] {
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflated(bytes) + little(checksum(bytes)) + little(UInt32(bytes.count))
    }

    /// As `Content-Encoding: deflate` has it by the letter.
    public static func zlibbed(_ bytes: [UInt8]) -> [UInt8] {
        [0x78, 0x01] + deflated(bytes) + little(adler(bytes)).reversed()
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    /// CRC-32.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    /// Fills bytes from their lowest bit on.
    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var current: UInt8 = 0
        private var used = 0

        /// Adds bits, the lowest first.
        mutating func add(_ value: UInt16, _ count: Int) {
            for bit in 0..<count {
                current |= UInt8(value >> bit & 1) << used
                used += 1
                if used == 8 {
                    bytes.append(current)
                    (current, used) = (0, 0)
                }
            }
        }

        /// Adds a code word, the highest bit first.
        mutating func addCode(_ value: UInt16, _ count: Int) {
            for bit in (0..<count).reversed() { add(value >> bit & 1, 1) }
        }

        var finished: [UInt8] { used == 0 ? bytes : bytes + [current] }
    }
}
