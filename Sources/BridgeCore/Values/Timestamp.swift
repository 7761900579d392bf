// SPDX-License-Identifier: Apache-2.0

/// An instant in milliseconds since 1970-01-01T00:00:00Z, within the years 0 to 9999.
///
/// *Shape* on the wire: `2026-11-22T10:12:31.412Z` (RFC 3339, UTC, always three decimals). RFC 3339 has four digits for
/// the year, so no other instant exists here: every value can be written, and what was written can be read.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since the epoch.
    public let milliseconds: Int64

    /// An instant by its milliseconds since the epoch; `earliest` or `latest` for what lies beyond.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    /// `0000-01-01T00:00:00.000Z` to `9999-12-31T23:59:59.999Z`.
    private static let bounds: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The first instant there is.
    public static let earliest = Timestamp(milliseconds: bounds.lowerBound)
    /// The last instant there is.
    public static let latest = Timestamp(milliseconds: bounds.upperBound)

    /// Before everything that happens here.
    public static let distantPast = Timestamp(milliseconds: 0)

    /// Whether the left one is earlier.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant that much later, cut to milliseconds; `latest` at most.
    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
        return overflow ? (right > .zero ? latest : earliest) : Timestamp(milliseconds: sum)
    }

    /// The instant that much earlier, cut to milliseconds; `earliest` at least.
    public static func - (left: Timestamp, right: Duration) -> Timestamp {
        let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
        return overflow ? (right > .zero ? earliest : latest) : Timestamp(milliseconds: difference)
    }

    /// The time between two instants.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds; what is smaller is cut off.
    ///
    /// The nearest number there is for a duration of more than 292 million years.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, sumOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return sumOverflow ? (whole > 0 ? .max : .min) : sum
    }
}

// MARK: - RFC 3339

extension Timestamp: CustomStringConvertible {
    /// The instant as RFC 3339 in UTC with milliseconds and `Z`.
    public var description: String {
        let days = milliseconds.flooringQuotient(86_400_000)
        let inDay = milliseconds - days * 86_400_000
        let (year, month, day) = Self.civil(days)
        let seconds = inDay / 1_000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(digits: year, atLeast: 4, "-")
        text.append(digits: month, atLeast: 2, "-")
        text.append(digits: day, atLeast: 2, "T")
        text.append(digits: seconds / 3_600, atLeast: 2, ":")
        text.append(digits: seconds / 60 % 60, atLeast: 2, ":")
        text.append(digits: seconds % 60, atLeast: 2, ".")
        text.append(digits: inDay % 1_000, atLeast: 3, "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an RFC 3339 instant with any offset; decimals beyond milliseconds are cut off.
    ///
    /// A leap second (`:60`) is read as the second after it. `nil` for anything else: a date without an offset, or an
    /// instant that its offset moves out of the years 0 to 9999.
    public init?(_ text: String) {
        guard text.utf8.count >= 20,
            let seconds = Self.seconds(text.utf8, isMark: { $0.asciiLowercased == UInt8(ascii: "t") })
        else { return nil }
        var rest = Array(text.utf8.dropFirst(19))[...]
        guard let fraction = Self.takeFraction(&rest), let offset = Self.offset(rest) else { return nil }
        let milliseconds = (seconds - offset) * 1_000 + fraction
        guard Self.bounds.contains(milliseconds) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// Reads a time without a zone as if it were in UTC.
    ///
    /// *Shape*: `YYYY-MM-DD HH:mm:ss` as a terminal's clock shows it, or with a `T` between. Decimals are cut off
    /// beyond milliseconds; `nil` for anything else.
    public static func withoutZone(_ text: String) -> Timestamp? {
        let isMark: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0.asciiLowercased == UInt8(ascii: "t") }
        guard text.utf8.count >= 19, let seconds = seconds(text.utf8, isMark: isMark) else { return nil }
        var milliseconds = seconds * 1_000
        if text.utf8.count > 19 {
            var rest = Array(text.utf8.dropFirst(19))[...]
            guard let fraction = takeFraction(&rest), rest.isEmpty else { return nil }
            milliseconds += fraction
        }
        guard bounds.contains(milliseconds) else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Seconds since the epoch of the date and time in UTC in the first 19 bytes.
    ///
    /// `isMark` says what may stand between date and time.
    private static func seconds(_ text: String.UTF8View, isMark: (UInt8) -> Bool) -> Int64? {
        // Reads the bytes in place, because this runs several times for each sale.
        let bytes = text.span
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for index in range {
                guard (48...57).contains(bytes[index]) else { return nil }
                value = value * 10 + Int64(bytes[index] - 48)
            }
            return value
        }
        guard let year = number(0..<4), bytes[4] == UInt8(ascii: "-"),
            let month = number(5..<7), bytes[7] == UInt8(ascii: "-"),
            let day = number(8..<10), isMark(bytes[10]),
            let hour = number(11..<13), bytes[13] == UInt8(ascii: ":"),
            let minute = number(14..<16), bytes[16] == UInt8(ascii: ":"),
            let second = number(17..<19),
            (1...12).contains(month), (1...daysInMonth(month, year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// The beginning of a day in UTC, from `YYYY-MM-DD`.
    public static func beginning(ofDay day: String) -> Timestamp? {
        day.utf8.count == 10 ? Timestamp(day + "T00:00:00Z") : nil
    }

    private static func takeFraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        rest = rest.dropFirst()
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return number((digits + [48, 48, 48]).prefix(3))
    }

    /// Seconds east of Greenwich.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(bytes)
        if bytes.count == 1 { return bytes[0].asciiLowercased == UInt8(ascii: "z") ? 0 : nil }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"),
            bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return value
    }

    private static func daysInMonth(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since the epoch of a date in the Gregorian calendar.
    ///
    /// Years are counted from March so that leap days come last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooringQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooringQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}

extension Int64 {
    /// The quotient rounded down, also for a negative dividend.
    fileprivate func flooringQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, filled with zeros up to a width, and what follows it.
    fileprivate mutating func append(digits value: Int64, atLeast width: Int, _ mark: Unicode.Scalar) {
        append(digits: value, atLeast: width)
        append(UInt8(ascii: mark))
    }

    private mutating func append(digits value: Int64, atLeast width: Int) {
        if width > 1 || value >= 10 { append(digits: value / 10, atLeast: width - 1) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
