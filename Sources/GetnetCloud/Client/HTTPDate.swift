// SPDX-License-Identifier: Apache-2.0

/// An instant as HTTP writes it, in the three formats of RFC 9110, section 5.6.7.
struct HTTPDate: Equatable {
    /// Seconds since the epoch.
    let seconds: Int64

    /// Reads a field's value; `nil` for anything else.
    ///
    /// - Parameters:
    ///   - text: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///   - year: The year now: one of two digits is the nearest that is at most 50 years ahead of it.
    init?(_ text: String, year: Int64) {
        // A longer value is none of the three.
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        // IMF-fixdate.
        case 6 where words[0].hasSuffix(",") && words[5] == "GMT":
            guard let long = Self.number(words[3], digits: 4) else { return nil }
            self.init(day: words[1], month: words[2], year: long, time: words[4])
        // RFC 850.
        case 4 where words[0].hasSuffix(",") && words[3] == "GMT":
            let parts = words[1].split(separator: "-").map(String.init)
            guard parts.count == 3, let short = Self.number(parts[2], digits: 2) else { return nil }
            let sameCentury = year - year % 100 + short
            let long = sameCentury > year + 50 ? sameCentury - 100 : sameCentury
            self.init(day: parts[0], month: parts[1], year: long, time: words[2])
        // asctime.
        case 5:
            guard let long = Self.number(words[4], digits: 4) else { return nil }
            self.init(day: words[2], month: words[1], year: long, time: words[3])
        default: return nil
        }
    }

    private init?(day dayText: String, month monthText: String, year: Int64, time: String) {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let hour = Self.number(parts[0], digits: 2), hour < 24,
            let minute = Self.number(parts[1], digits: 2), minute < 60,
            // 60 is a leap second.
            let second = Self.number(parts[2], digits: 2), second <= 60,
            let index = Self.months.firstIndex(of: monthText),
            let day = Self.number(dayText, digits: dayText.utf8.count), (1...2).contains(dayText.utf8.count),
            (1...31).contains(day)
        else { return nil }
        let days = Self.days(year: year, month: Int64(index) + 1, day: day)
        seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: String, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// Days since the epoch of a day of the Gregorian calendar, whose years are counted from March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
