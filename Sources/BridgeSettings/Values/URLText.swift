// SPDX-License-Identifier: Apache-2.0

private import Foundation

/// A URL taken apart by the letter, as configuration needs it: nothing repaired, nothing guessed.
///
/// Foundation's reader accepts and silently encodes what was mistyped, and its errors name no place.
struct URLText {
    let scheme: String
    /// What stands before `@`, still percent-encoded.
    let userInfo: String?
    /// A name or an address, without brackets.
    let host: String
    let port: Int?
    /// What follows the authority, with its first slash, still percent-encoded; may be empty.
    let path: String

    /// Takes apart `scheme://[userinfo@]host[:port][/path]`.
    init(_ text: String) throws(UnreadableValue) {
        guard let separator = text.firstRange(of: "://") else {
            throw UnreadableValue("is no URL", hint: "scheme://host[:port][/path]")
        }
        guard text.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }) else {
            throw UnreadableValue("holds a character that no URL may hold", hint: "percent-encode it")
        }
        let rest = text[separator.upperBound...]
        if rest.contains("#") { throw UnreadableValue("has a fragment", hint: "percent-encode # as %23") }
        if rest.contains("?") { throw UnreadableValue("has a query", hint: "every setting has a key of its own") }
        let authority = rest.prefix { $0 != "/" }
        scheme = text[..<separator.lowerBound].lowercased()
        path = String(rest.dropFirst(authority.count))
        var hostAndPort = authority
        if let at = authority.lastIndex(of: "@") {
            userInfo = String(authority[..<at])
            hostAndPort = authority[authority.index(after: at)...]
        } else {
            userInfo = nil
        }
        (host, port) = try Self.hostAndPort(String(hostAndPort))
    }

    /// Reads `host`, `host:port`, `[::1]` or `[::1]:port`.
    private static func hostAndPort(_ text: String) throws(UnreadableValue) -> (host: String, port: Int?) {
        var host = text.prefix { $0 != ":" }
        var rest = text.dropFirst(host.count)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw UnreadableValue("has a [ without a ]") }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard host.contains(":"), CIDR(String(host)) != nil else {
                throw UnreadableValue("has no IPv6 address between [ and ]")
            }
        } else {
            guard !host.isEmpty else { throw UnreadableValue("has no host") }
            guard isHostNameOrIPv4(host) else {
                throw UnreadableValue("has a host that is neither a name nor an address")
            }
        }
        guard !rest.isEmpty else { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", let port = Int(digits), String(port) == digits, (1...65535).contains(port) else {
            throw UnreadableValue("has no port from 1 to 65535 behind the colon of its host")
        }
        return (String(host), port)
    }

    /// Whether a text can be a host name, or is an IPv4 address; what looks like an address must be one.
    static func isHostNameOrIPv4(_ text: some StringProtocol) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // A dot at the end is the root of the names.
        guard !labels[0].isEmpty, !labels.dropLast().contains(where: \.isEmpty), text.utf8.count <= 253 else {
            return false
        }
        guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }) else {
            return false
        }
        return labels.contains { $0.contains { !$0.isNumber } } || CIDR(String(text)) != nil
    }

    /// Undoes percent-encoding; refuses a `%` without two hexadecimal digits and bytes that are no UTF-8.
    static func decoded(_ text: some StringProtocol, part: String) throws(UnreadableValue) -> String {
        guard let decoded = text.removingPercentEncoding else {
            throw UnreadableValue("has a wrong percent-encoding in its \(part)", hint: "% itself is written %25")
        }
        return decoded
    }

    /// Whether a host is this very machine, so that nothing said to it crosses a wire.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && CIDR(host) != nil)
    }
}

extension ValueFormat where Value == String {
    /// The name or the address that a port is bound to, an IPv6 address without brackets.
    static var host: Self {
        Self("host name or address") { (text) throws(UnreadableValue) in
            let isIPv6 = text.contains(":") && !text.contains("/") && CIDR(text) != nil
            guard isIPv6 || URLText.isHostNameOrIPv4(text) else {
                throw UnreadableValue("is neither a host name nor an address", hint: "127.0.0.1, ::1 or a name")
            }
            return text
        } show: {
            $0
        }
    }

    /// An `http` or `https` address that paths are appended to; a slash at its end is dropped.
    static var webAddress: Self {
        Self("`https://host[:port][/path]`") { (text) throws(UnreadableValue) in
            let url = try URLText(text)
            guard url.scheme == "https" || url.scheme == "http" else {
                throw UnreadableValue("is neither https nor http")
            }
            if url.userInfo != nil { throw UnreadableValue("names a user", hint: "leave out what stands before the @") }
            _ = try URLText.decoded(url.path, part: "path")
            return String(text.reversed().drop { $0 == "/" }.reversed())
        } show: {
            $0
        }
    }
}
