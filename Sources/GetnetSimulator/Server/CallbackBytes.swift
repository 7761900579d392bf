// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A callback as the bytes of a connection, in one of the ways that ordinary clients do not take.
struct CallbackBytes: Equatable, Sendable {
    /// Where the connection leads.
    let host: String
    let port: UInt16
    /// The request line and the headers, the empty line included.
    let head: [UInt8]
    /// What follows it.
    let body: [UInt8]
    /// Whether the body waits for `100 Continue`, or for a second without an answer.
    let waits: Bool
    /// Whether the connection stays open after the answer.
    let isKept: Bool

    /// The bytes of a callback; none where the URL names no host.
    ///
    /// - Parameters:
    ///   - text: what it says.
    ///   - webhook: where it goes, a URL of http.
    ///   - carriage: in which way; the usual one is another client's.
    init?(_ text: CodedText, to webhook: String, by carriage: Dialect.Carriage) {
        guard let url = URLComponents(string: webhook), let host = url.host else { return nil }
        self.host = host
        port = UInt16(clamping: url.port ?? 80)
        waits = carriage == .expecting
        isKept = carriage == .kept
        let query = url.percentEncodedQuery.map { "?\($0)" } ?? ""
        let path = url.percentEncodedPath.isEmpty ? "/" : url.percentEncodedPath
        var lines = [
            "POST \(path)\(query) HTTP/\(carriage == .old ? "1.0" : "1.1")", "Host: \(host):\(port)",
            "Content-Type: \(text.callbackType)",
        ]
        if let encoding = text.contentEncoding { lines.append("Content-Encoding: \(encoding)") }
        if carriage == .chunked {
            lines.append("Transfer-Encoding: chunked")
            body = Self.chunks(text.bytes)
        } else {
            lines.append("Content-Length: \(text.bytes.count)")
            body = text.bytes
        }
        if waits { lines.append("Expect: 100-continue") }
        switch carriage {
        case .kept: lines.append("Connection: keep-alive")
        // The version closes it.
        case .old: break
        case .usual, .chunked, .expecting: lines.append("Connection: close")
        }
        head = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Chunks of 1, 2, 4 bytes and so on, so that names and numbers are torn apart.
    private static func chunks(_ bytes: [UInt8]) -> [UInt8] {
        var chunks: [UInt8] = []
        var rest = bytes[...]
        var size = 1
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            chunks += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
            rest = rest.dropFirst(size)
            size *= 2
        }
        return chunks + Array("0\r\n\r\n".utf8)
    }
}

extension CodedText {
    /// Its content type in a callback: plain text names no charset, as it was captured.
    var callbackType: String { contentType.replacing("; charset=utf-8", with: "") }
}

/// The beginning of an answer as it comes out of a connection.
struct CallbackAnswer: Equatable, Sendable {
    private static let headEnd = Array("\r\n\r\n".utf8)

    /// The HTTP status.
    let status: Int
    /// How many bytes the whole answer has, its body included; nothing where only the end of the connection tells.
    let length: Int?

    /// Reads an answer; there is none while its head is not complete.
    ///
    /// - Parameter bytes: what came so far.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Self.headEnd) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let line = lines.first, let status = Int(line.split(separator: " ").dropFirst().first ?? "") else {
            return nil
        }
        self.status = status
        let lengths = lines.dropFirst().compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].trimmingCharacters(in: .whitespaces))
        }
        let body = status < 200 || status == 204 ? 0 : lengths.first
        length = body.map { end.upperBound + $0 }
    }
}
