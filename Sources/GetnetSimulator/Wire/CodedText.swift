// SPDX-License-Identifier: Apache-2.0

import Rig

/// A text of the cloud as bytes, with the headers that say what they are.
struct CodedText: Sendable, Equatable {
    let contentType: String
    let contentEncoding: String?
    let bytes: [UInt8]

    /// Codes a text; a letter that a charset lacks becomes a question mark, as on servers that are set up so.
    init(_ text: String, _ coding: Dialect.Coding) {
        var charset = "utf-8"
        switch coding {
        case .plain: bytes = Array(text.utf8)
        case .byteOrderMark: bytes = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        case .utf16:
            charset = "utf-16"
            bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case .latin1:
            charset = "ISO-8859-1"
            bytes = text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") }
        case .gzip: bytes = PlainDeflate.gzipped(Array(text.utf8))
        }
        contentType = "application/json; charset=\(charset)"
        contentEncoding = coding == .gzip ? "gzip" : nil
    }
}
