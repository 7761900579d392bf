// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

@Suite struct `A timestamp` {
    @Test(arguments: [
        ("2026-11-22T10:12:00Z", "2026-11-22T10:12:00.000Z"), ("2026-11-22t10:12:00z", "2026-11-22T10:12:00.000Z"),
        ("2026-11-22T07:12:00.1-03:00", "2026-11-22T10:12:00.100Z"),
        ("2026-11-22T10:12:31.4129999Z", "2026-11-22T10:12:31.412Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
        ("2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000Z"),
        ("2000-02-29T23:59:59.999Z", "2000-02-29T23:59:59.999Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00.000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"), ("0000-01-01T00:01:00+00:01", "0000-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T00:00:59.9999-23:59", "9999-12-31T23:59:59.999Z"),
    ])
    func `reads RFC 3339 with any offset and writes it in UTC`(_ text: String, _ written: String) {
        #expect(Timestamp(text)?.description == written)
    }

    @Test(
        "E2: an instant whose year does not fit into four digits is refused when it is read",
        arguments: [
            "0000-01-01T00:00:00+00:01", "0000-01-01T00:00:00.999+23:59", "0000-01-01T00:00:59.999+00:01",
            "9999-12-31T23:59:59.999-23:59", "9999-12-31T23:59:00-00:01", "9999-12-31T23:59:60Z",
        ]
    )
    func refusesWhatCannotBeWritten(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("E2: every instant that is read or computed can be written, and reads the same again")
    func canAlwaysBeWritten() {
        var random = SeededGenerator.announced("instants at every edge")
        let edges: [Int64] = [
            .min, .max, 0, Timestamp.earliest.milliseconds, Timestamp.latest.milliseconds, 951_782_400_000, -1,
        ]
        for _ in 0..<5_000 {
            let edge = edges.randomElement(using: &random) ?? 0
            let near = edge.addingReportingOverflow(.random(in: -90_000_000...90_000_000, using: &random)).partialValue
            let value = Bool.random(using: &random) ? near : .random(in: .min ... .max, using: &random)
            let step = Duration.seconds(Int64.random(in: .min ... .max, using: &random))
            let instants = [
                Timestamp(milliseconds: value), Timestamp(milliseconds: value) + step,
                Timestamp(milliseconds: value) - step,
            ]
            for instant in instants {
                #expect(Timestamp(instant.description) == instant)
                #expect(instant.description.utf8.count == 24)
            }
        }
        for _ in 0..<5_000 {
            func digits(_ range: ClosedRange<Int>, _ width: Int) -> String {
                let text = String(Int.random(in: range, using: &random))
                return String(repeating: "0", count: width - text.count) + text
            }
            let year = [0, 1, 9_998, 9_999, 1_970].randomElement(using: &random) ?? 0
            let sign = Bool.random(using: &random) ? "+" : "-"
            let text =
                "\(digits(year...year, 4))-\(digits(1...12, 2))-\(digits(1...31, 2))T\(digits(0...23, 2)):\(digits(0...59, 2)):"
                + "\(digits(0...60, 2)).\(digits(0...999, 3))\(sign)\(digits(0...23, 2)):\(digits(0...59, 2))"
            guard let instant = Timestamp(text) else { continue }
            #expect(Timestamp(instant.description) == instant, "\(text)")
        }
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T10:12:00", "2026-11-22 10:12:00Z", "2026-11-22T10:12Z", "2026-11-22T10:12:00.Z",
        "2026-11-22T10:12:00,5Z", "2026-11-22T10:12:00+0300", "2026-11-22T10:12:00+03", "2026-11-22T10:12:00+24:00",
        "2026-11-22T10:12:00+03:60", "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:12:61Z",
        "2026-13-22T10:12:00Z", "2026-00-22T10:12:00Z", "2026-11-31T10:12:00Z", "2026-02-29T10:12:00Z",
        "1900-02-29T10:12:00Z", "2026-11-00T10:12:00Z", "26-11-22T10:12:00Z", "2026-1-22T10:12:00Z",
        "2026-11-22T10:12:00Zx", " 2026-11-22T10:12:00Z", "2026-11-22T10:12:00ZZ", "+026-11-22T10:12:00Z",
        "２026-11-22T10:12:00Z", "2026-W47-7T10:12:00Z", "1795342320", "2026-11-22T-1:12:00Z",
    ])
    func `reads nothing else`(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        arguments: [
            ("2026-11-22 07:12:31", "2026-11-22T07:12:31Z"), ("2026-11-22T07:12:31", "2026-11-22T07:12:31Z"),
            ("2026-11-22 07:12:31.0129", "2026-11-22T07:12:31.012Z"), ("2028-02-29 23:59:60", "2028-03-01T00:00:00Z"),
            ("2026-11-22", nil), ("2026-11-22 07:12", nil), ("2026-11-22 07:12:31Z", nil),
            ("2026-11-22 07:12:31 ", nil),
            ("2026-02-29 07:12:31", nil), ("2026-11-22 24:00:00", nil), ("2026-11-22_07:12:31", nil), ("", nil),
            ("2026-11-22 07:12:3é", nil), ("２026-11-22 07:12:31", nil), ("2026-11-22 07:12:31.", nil),
        ] as [(String, String?)]
    )
    func `reads a terminal's time without a zone, and nothing that is none`(_ text: String, _ same: String?) {
        #expect(Timestamp.withoutZone(text) == same.flatMap { Timestamp($0) })
    }

    @Test func `agrees with Foundation on random instants`() throws {
        var random = SeededGenerator.announced("instants")
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            // For days before 1582 Foundation uses the Julian calendar, and RFC 3339 does not.
            let seconds = Int64.random(in: -12_000_000_000...250_000_000_000, using: &random)
            let instant = Timestamp(milliseconds: seconds * 1_000)
            let foundation = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            #expect(instant.description == foundation)
            let exact = Timestamp(milliseconds: seconds * 1_000 + Int64.random(in: 0..<1_000, using: &random))
            #expect(Timestamp(exact.description) == exact)
        }
    }

    @Test func `counts whole milliseconds`() {
        let instant = Timestamp(milliseconds: 1_000)
        #expect(instant + .microseconds(1_999) == Timestamp(milliseconds: 1_001))
        #expect(instant - .seconds(2) == Timestamp(milliseconds: -1_000))
        #expect(instant - Timestamp(milliseconds: 1_500) == .milliseconds(-500))
        #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
    }
}
