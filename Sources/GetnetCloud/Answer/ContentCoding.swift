// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CZlib

/// Undoes the content codings of HTTP, also where the request did not ask for them or the header field is missing.
///
/// Source: RFC 9110 section 8.4; zlib's `<zlib.h>`.
enum ContentCoding {
    /// More codings on top of each other are not undone.
    static let most = 3

    /// Tells zlib to expect either a gzip or a zlib stream.
    private static let eitherHeader: Int32 = 32 + 15
    /// Tells zlib to expect a stream without header; some servers call that "deflate".
    private static let noHeader: Int32 = -15

    /// The bytes without their codings; `nil` where they cannot be undone within the limit.
    static func undo(_ header: String?, of bytes: [UInt8], limit: Int) -> [UInt8]? {
        guard bytes.count <= limit else { return nil }
        // An empty body has no coding to undo.
        guard !bytes.isEmpty else { return [] }
        let names = header?.split(separator: ",").map { String($0).trimmed.lowercased() } ?? []
        var codings = names.filter { !$0.isEmpty && $0 != "identity" }
        guard codings.count <= most else { return nil }
        var decoded = bytes
        while let coding = codings.popLast() {
            guard let inner = undo(coding, decoded, limit) else { return nil }
            decoded = inner
        }
        if startsAsGzip(decoded) { return inflated(decoded, limit, eitherHeader) }
        return startsAsZlib(decoded) ? inflated(decoded, limit, eitherHeader) ?? decoded : decoded
    }

    private static func undo(_ coding: String, _ bytes: [UInt8], _ limit: Int) -> [UInt8]? {
        switch coding {
        case "gzip", "x-gzip", "deflate":
            if let inner = inflated(bytes, limit, eitherHeader) { return inner }
            if coding == "deflate", let inner = inflated(bytes, limit, noHeader) { return inner }
            // A proxy that undid the coding may have left the header field.
            return startsAsGzip(bytes) ? nil : plain(bytes)
        // The name of a charset, of nothing, or of a coding that a proxy undid.
        default: return plain(bytes)
        }
    }

    /// The bytes, where they are a JSON document without any coding.
    private static func plain(_ bytes: [UInt8]) -> [UInt8]? {
        (try? JSONParser.parse(TextEncoding.utf8(bytes, contentType: nil), .lenient)) == nil ? nil : bytes
    }

    /// Text may begin so by chance.
    ///
    /// Source: RFC 1950, section 2.2.
    private static func startsAsZlib(_ bytes: [UInt8]) -> Bool {
        bytes.count > 2 && bytes[0] & 0x0F == 8 && (UInt16(bytes[0]) << 8 | UInt16(bytes[1])) % 31 == 0
    }

    private static func startsAsGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    private static func inflated(_ bytes: [UInt8], _ limit: Int, _ windowBits: Int32) -> [UInt8]? {
        var written = -1
        let decoded = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, count in
            written = unsafe bytes.withUnsafeBufferPointer { source in
                unsafe czlib_inflate(source.baseAddress, source.count, target.baseAddress, limit, windowBits)
            }
            count = max(written, 0)
        }
        return written < 0 ? nil : decoded
    }
}
