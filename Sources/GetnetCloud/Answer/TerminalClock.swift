// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Foundation
internal import NIOConcurrencyHelpers

/// The clock on the wall beside the terminals: tells which offset from UTC a local time had.
final class TerminalClock: Sendable {
    /// A local time as the terminal wrote it.
    struct LocalTime {
        let text: String
        /// Seconds since the epoch as if the clock showed UTC.
        let naiveSeconds: Int64
    }

    /// A day on which the clock was not changed, with its offset.
    private struct PlainDay {
        let number: Int64
        let offset: Int
    }

    private static let day: Int64 = 86_400

    private let zone: TimeZone?
    /// Asking Foundation costs microseconds, and nearly all results are of today.
    private let lastDay = NIOLockedValueBox<PlainDay?>(nil)

    /// A clock of an IANA zone; one that the system does not know tells no offsets.
    init(timeZone: String) {
        zone = TimeZone(identifier: timeZone)
    }

    /// Reads `YYYY-MM-DD HH:mm:ss`; `nil` for any other shape and for dates that do not exist.
    static func localTime(_ text: String) -> LocalTime? {
        var bytes = Array(text.utf8)
        guard bytes.count == 19, bytes[10] == UInt8(ascii: " "), bytes[17] < UInt8(ascii: "6") else { return nil }
        bytes[10] = UInt8(ascii: "T")
        bytes.append(UInt8(ascii: "Z"))
        guard let instant = Timestamp(String(decoding: bytes, as: UTF8.self)) else { return nil }
        return LocalTime(text: text, naiveSeconds: instant.milliseconds / 1_000)
    }

    /// Seconds east of Greenwich; `nil` where a clock change repeats or skips that time.
    func utcOffset(at time: LocalTime) -> Int? {
        let fitting = offsets(at: time)
        return fitting.count == 1 ? fitting.first : nil
    }

    /// What a local time may mean: two instants in the hour that a clock change repeats, none in one that it skips.
    func instants(of time: LocalTime) -> [Timestamp] {
        offsets(at: time).map { Timestamp(milliseconds: (time.naiveSeconds - Int64($0)) * 1_000) }
    }

    private func offsets(at time: LocalTime) -> [Int] {
        guard let zone else { return [] }
        let number = time.naiveSeconds.quotient(flooring: Self.day)
        if let plain = lastDay.withLockedValue({ $0 }), plain.number == number { return [plain.offset] }
        func offset(_ seconds: Int64) -> Int {
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        }
        // No offset is a day or more, and no zone changes its clock twice in three days.
        let before = offset((number - 1) * Self.day)
        let after = offset((number + 2) * Self.day)
        if before == after {
            lastDay.withLockedValue { $0 = PlainDay(number: number, offset: before) }
            return [before]
        }
        return [before, after].filter { offset(time.naiveSeconds - Int64($0)) == $0 }
    }
}

extension Int64 {
    fileprivate func quotient(flooring divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
