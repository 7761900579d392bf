// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A moment as a terminal prints it: local, without a zone.
struct TerminalTime: Equatable, Sendable {
    /// `YYYY-MM-DD HH:mm:ss`.
    let text: String
    /// `yyyyMMddHHmmss`.
    let compact: String
    private let local: Int

    /// Makes the local time of a moment.
    ///
    /// - Parameters:
    ///   - date: the moment.
    ///   - zone: where the terminal is.
    init(_ date: Date, in zone: TimeZone) {
        self.init(local: Int(date.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: date))
    }

    /// The second after it.
    var secondLater: TerminalTime { TerminalTime(local: local + 1) }

    private init(local: Int) {
        self.local = local
        let (year, month, day) = Self.civil(days: Int((Double(local) / 86_400).rounded(.down)))
        let second = ((local % 86_400) + 86_400) % 86_400
        let date = [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)]
        let time = [second / 3_600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }
        text = date.joined(separator: "-") + " " + time.joined(separator: ":")
        compact = date.joined() + time.joined()
    }

    /// A number with leading zeros.
    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The Gregorian date of a day count since 1970-01-01 (Hinnant's algorithm).
    ///
    /// A formatter would cost more than the rest of an answer.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
