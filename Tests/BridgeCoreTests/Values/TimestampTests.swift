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
        ("9999-12-31T23:59:59.999-23:59", "10000-01-01T23:58:59.999Z"),
    ])
    func `reads RFC 3339 with any offset and writes it in UTC`(_ text: String, _ written: String) {
        #expect(Timestamp(text)?.description == written)
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

    @Test func `agrees with Foundation on random instants`() throws {
        var random = SeededGenerator.announced("instants")
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            // Before 1582 Foundation counts by the Julian calendar, RFC 3339 does not.
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
