// SPDX-License-Identifier: Apache-2.0

/// How long an answer asks to wait: the field `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// A server cannot ask for a longer wait; a caller may have a shorter limit.
    static let longest = Duration.seconds(3_600)

    /// Reads the field.
    ///
    /// - Parameters:
    ///   - field: The value of `Retry-After`.
    ///   - answered: The value of the answer's own `Date`. The difference of two dates of one clock is right even if
    ///     the clock is wrong.
    ///   - now: Our clock in seconds since the epoch, for an answer without a date.
    /// - Returns: The wait, at most `longest`; `nil` where nothing readable is asked for, or a date that is over.
    static func wait(_ field: String?, answered: String?, now: Int64) -> Duration? {
        guard let text = field.map(trimmed), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than fit are more seconds than are believed.
            return Int64(text).map { min(.seconds($0), longest) } ?? longest
        }
        let year = 1_970 + now / 31_556_952
        guard let date = HTTPDate(text, year: year) else { return nil }
        let reference = answered.flatMap { HTTPDate(trimmed($0), year: year)?.seconds } ?? now
        let seconds = date.seconds - reference
        return seconds > 0 ? min(.seconds(seconds), longest) : nil
    }

    private static func trimmed(_ text: String) -> String {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(String(text.drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
    }
}
