// SPDX-License-Identifier: Apache-2.0

/// The target of a request as RFC 3986 has it, so that equivalent spellings are one.
enum RequestTarget {
    /// The part of a target from its path on: RFC 9112, section 3.2.2, lets a client write the whole URL.
    static func withoutAuthority(_ target: Substring) -> Substring {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else { return target }
        return target[scheme.upperBound...].drop { $0 != "/" }
    }

    /// A path in its normal form; `nil` for an escape without two hexadecimal digits.
    ///
    /// RFC 3986, 6.2.2: unreserved characters without escapes, other escapes in capitals, no segments of dots.
    ///
    /// `nil` for an escape without two hexadecimal digits.
    static func normalizedPath(_ path: Substring) -> String? {
        // Nearly every path is normal as it comes.
        guard mayBeChanged(path.utf8) else { return String(path) }
        guard let plain = decoded(path, where: isUnreserved) else { return nil }
        var segments: [Substring] = []
        let given = plain.split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in given.enumerated() {
            let isLast = index == given.count - 1
            switch segment {
            case ".": if isLast { segments.append("") }
            case "..":
                // The first one is what stands before the first slash.
                if segments.count > 1 { segments.removeLast() }
                if isLast { segments.append("") }
            default: segments.append(segment)
            }
        }
        return segments.joined(separator: "/")
    }

    /// Whether there is an escape, or a segment that begins with a dot.
    private static func mayBeChanged(_ path: Substring.UTF8View) -> Bool {
        var before = UInt8(ascii: "/")
        for byte in path {
            if byte == UInt8(ascii: "%") || (byte == UInt8(ascii: ".") && before == UInt8(ascii: "/")) { return true }
            before = byte
        }
        return false
    }

    /// A part of a query without escapes; `nil` for a faulty one.
    static func unescaped(_ text: Substring) -> String? {
        text.utf8.contains(UInt8(ascii: "%")) ? decoded(text) { _ in true } : String(text)
    }

    private static func decoded(_ text: Substring, where isPlain: (UInt8) -> Bool) -> String? {
        var result: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            let value = high << 4 | low
            if isPlain(value) {
                result.append(value)
            } else {
                result += [UInt8(ascii: "%"), capital(high), capital(low)]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func capital(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
