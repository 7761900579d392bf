// SPDX-License-Identifier: Apache-2.0

extension AnswerMask {
    /// Whether a text holds a run that would be replaced.
    static func holdsDigitRun(_ text: String) -> Bool {
        var holds = false
        scanDigitRuns(Array(withPlainDigits(text).utf8)) { _, isRun in holds = holds || isRun }
        return holds
    }

    /// The text with each run of digits replaced by the mark.
    static func replacingDigitRuns(in original: String) -> String {
        let text = withPlainDigits(original)
        let digits = text.utf8.lazy.filter(isDigit).prefix(shortestRun).reduce(0) { count, _ in count + 1 }
        guard digits == shortestRun else { return text }
        let bytes = Array(text.utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        scanDigitRuns(bytes) { part, isRun in
            if isRun { kept.append(contentsOf: digitsMark.utf8) } else { kept.append(contentsOf: part) }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// The text with digits of other scripts as ASCII, other spaces as a space, and without invisible characters.
    private static func withPlainDigits(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 128 }) else { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            if properties.numericType == .decimal, let value = properties.numericValue, !scalar.isASCII {
                plain.append(contentsOf: String(Int(value)).unicodeScalars)
            } else if properties.generalCategory == .spaceSeparator {
                plain.append(" ")
            } else if properties.generalCategory == .dashPunctuation {
                plain.append("-")
            } else if properties.generalCategory != .format {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// Cuts bytes into parts that are a run and parts that are none.
    private static func scanDigitRuns(_ bytes: [UInt8], _ take: (ArraySlice<UInt8>, _ isRun: Bool) -> Void) {
        var start = 0
        var position = 0
        while position < bytes.count {
            guard isDigit(bytes[position]) else {
                position += 1
                continue
            }
            let (end, digits) = runEnd(bytes, from: position)
            if digits >= shortestRun {
                if start < position { take(bytes[start..<position], false) }
                take(bytes[position..<end], true)
                start = end
            }
            position = end
        }
        if start < bytes.count { take(bytes[start...], false) }
    }

    /// Follows digits over single separators, the way card and identity numbers are grouped.
    private static func runEnd(_ bytes: [UInt8], from start: Int) -> (end: Int, digits: Int) {
        var end = start
        var digits = 0
        while end < bytes.count {
            if isDigit(bytes[end]) {
                digits += 1
                end += 1
            } else if isSeparator(bytes[end]), end + 1 < bytes.count, isDigit(bytes[end + 1]) {
                end += 1
            } else {
                break
            }
        }
        return (end, digits)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "_"): true
        default: false
        }
    }
}

extension String {
    /// The beginning that fits so many bytes of UTF-8, cut between characters.
    func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
