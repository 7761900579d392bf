// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why a text is not an AMQP URL, or not a host of one.
///
/// The raw value is a predicate, for a sentence with the name of a setting before it. No case repeats any of the text:
/// with one unescaped character a password ends up in any part of it.
public enum AMQPURLError: String, Error, Sendable, CustomStringConvertible {
    case missingScheme = "does not begin with amqp://"
    case unsupportedScheme = "has another scheme than amqp"
    case tlsNotSupported = "asks for TLS, which is not there yet"
    case severalAts = "has more than one @ before its path"
    case missingHost = "lacks a host"
    case invalidHost = "has a host that is neither a name nor an address"
    case invalidPort = "has a port that is not a number from 1 to 65535"
    case missingUser = "has no user before its @"
    case invalidEscape = "has a % without two hexadecimal digits behind it, or bytes that are not UTF-8"
    case invalidVirtualHost = "has a path of more than one segment, or with an @ in it"
    case fragment = "has a fragment"
    case invalidParameter = "has a parameter that is not heartbeat (seconds) or connection_timeout (milliseconds)"
    case unprintable = "holds a space, a control character or one that is not ASCII"

    /// What to write instead, where that is known.
    public var hint: String? {
        switch self {
        case .tlsNotSupported: "amqp://"
        case .severalAts, .invalidHost, .invalidPort: "within user and password, : / @ are written %3A %2F %40"
        case .invalidVirtualHost: "within a virtual host, / @ are written %2F %40"
        case .fragment: "within a password, # is written %23"
        case .invalidEscape: "% itself is written %25"
        case .unprintable: "percent-encode it"
        case .missingScheme, .unsupportedScheme, .missingHost, .missingUser, .invalidParameter: nil
        }
    }

    /// One line that says what is wrong, without any of the URL.
    public var description: String { "the AMQP URL \(rawValue)" + (hint.map { " (\($0))" } ?? "") }
}

extension AMQPEndpoint {
    /// Reads an AMQP URL.
    ///
    /// Shape: `amqp://user:password@host:5672,host2/vhost?heartbeat=10`. No path and a bare `/` both mean the virtual
    /// host `/`. User and password default to `guest`.
    /// Source: RabbitMQ's URI specification, but for the bare `/`, which there is a virtual host without a name; and
    /// for several hosts, which there are none of.
    public init(url: String) throws(AMQPURLError) {
        let rest = try Self.afterScheme(url)
        guard !rest.contains("#") else { throw .fragment }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .unprintable }

        let (beforeQuery, query) = rest.splitOnce(at: "?")
        let (authority, path) = beforeQuery.splitOnce(at: "/")
        let (credentials, hostList) = try Self.credentialsAndHosts(authority)

        self.init(hosts: try Self.hosts(hostList), virtualHost: try Self.virtualHost(path))
        if let credentials {
            let (user, password) = credentials.splitOnce(at: ":")
            guard !user.isEmpty else { throw .missingUser }
            self.username = try user.percentDecoded()
            if let password {
                self.password = try password.percentDecoded()
            }
        }
        if let query {
            try read(parameters: query)
        }
    }

    private static func afterScheme(_ url: String) throws(AMQPURLError) -> Substring {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { throw .missingScheme }
        switch url[..<colon].lowercased() {
        case "amqp": return url[colon...].dropFirst(3)
        case "amqps": throw .tlsNotSupported
        default: throw .unsupportedScheme
        }
    }

    private static func credentialsAndHosts(
        _ authority: Substring
    ) throws(AMQPURLError) -> (credentials: Substring?, hosts: Substring) {
        let (first, second) = authority.splitOnce(at: "@")
        guard let second else { return (nil, first) }
        guard !second.contains("@") else { throw .severalAts }
        return (first, second)
    }

    private static func hosts(_ list: Substring) throws(AMQPURLError) -> [HostAndPort] {
        var hosts: [HostAndPort] = []
        for item in list.split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try HostAndPort(String(item)))
        }
        return hosts
    }

    private static func virtualHost(_ path: Substring?) throws(AMQPURLError) -> String {
        guard let path, !path.isEmpty else { return "/" }
        guard !path.contains("/"), !path.contains("@") else { throw .invalidVirtualHost }
        return try path.percentDecoded()
    }

    private mutating func read(parameters query: Substring) throws(AMQPURLError) {
        for parameter in query.split(separator: "&", omittingEmptySubsequences: false) {
            let (name, value) = parameter.splitOnce(at: "=")
            guard let value, !value.isEmpty, value.utf8.count <= 6, value.utf8.allSatisfy(\.isDecimalDigit),
                let number = Int64(value)
            else { throw .invalidParameter }
            switch name {
            case "heartbeat" where (1...Int64(UInt16.max)).contains(number): heartbeat = .seconds(number)
            case "connection_timeout" where number > 0: connectTimeout = .milliseconds(number)
            default: throw .invalidParameter
            }
        }
    }
}

extension AMQPEndpoint.HostAndPort {
    /// Reads a host with or without a port.
    ///
    /// Shape: `rabbit-1.example`, `rabbit-1.example:5672`, `[2001:db8::1]:5672`; the port is 5672 where none is named.
    public init(_ text: String) throws(AMQPURLError) {
        let name: Substring
        let port: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .invalidHost }
            name = text[text.index(after: text.startIndex)..<end]
            var address = in6_addr()
            guard unsafe inet_pton(AF_INET6, String(name), &address) == 1 else { throw .invalidHost }
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .invalidHost }
            port = after.isEmpty ? nil : after.dropFirst()
        } else {
            (name, port) = text[...].splitOnce(at: ":")
            guard name.utf8.allSatisfy(\.isHostCharacter) else { throw .invalidHost }
        }
        guard !name.isEmpty else { throw .missingHost }
        self.init(host: String(name), port: try port.map(Self.number(ofPort:)) ?? AMQPEndpoint.defaultPort)
    }

    private static func number(ofPort text: Substring) throws(AMQPURLError) -> Int {
        guard text.utf8.allSatisfy(\.isDecimalDigit), let port = Int(text), (1...65535).contains(port) else {
            throw .invalidPort
        }
        return port
    }
}

extension Substring {
    /// What stands before and after the first occurrence; `nil` after where there is none.
    fileprivate func splitOnce(at separator: Character) -> (Substring, Substring?) {
        guard let index = firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index], self[self.index(after: index)...])
    }

    fileprivate func percentDecoded() throws(AMQPURLError) -> String {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else {
                throw .invalidEscape
            }
            bytes.append(high << 4 | low)
        }
        // A NUL would end the text early on its way through C.
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw .invalidEscape }
        return text
    }
}

extension UInt8 {
    fileprivate var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHostCharacter: Bool {
        isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
            || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
    }

    fileprivate var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
