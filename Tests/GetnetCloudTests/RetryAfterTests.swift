// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite("Retry-After")
struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the example of RFC 9110.
    static let example: Int64 = 784_111_777

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", example), ("Sunday, 06-Nov-94 08:49:37 GMT", example),
        ("Sun Nov  6 08:49:37 1994", example), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Fri, 29-Nov-30 00:00:00 GMT", 1_922_140_800),
    ])
    func `reads the three formats of a date`(text: String, seconds: Int64) {
        #expect(HTTPDate(text, year: 2_026)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6x Nov 1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 08::37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z", String(repeating: "9", count: 400),
    ])
    func `is no date`(text: String) {
        #expect(HTTPDate(text, year: 2_026) == nil)
    }

    @Test func `a year of two digits is at most fifty years ahead`() {
        let past = HTTPDate("Sunday, 06-Nov-94 08:49:37 GMT", year: 2_026)
        #expect(past?.seconds == Self.example)
        #expect(HTTPDate("Sunday, 06-Nov-94 08:49:37 GMT", year: 2_050)?.seconds != past?.seconds)
    }

    @Test(arguments: [
        ("7", Duration.seconds(7)), (" 7\t", .seconds(7)), ("0", .zero), ("3601", RetryAfter.longest),
        ("99999999999999999999999", RetryAfter.longest), ("-1", nil), ("1.5", nil), ("", nil), ("soon", nil),
    ])
    func `is read in seconds`(field: String, wait: Duration?) {
        #expect(RetryAfter.wait(field, answered: nil, now: 0) == wait)
    }

    @Test func `G: of two dates the difference counts, whatever our clock shows`() {
        let field = "Sun, 06 Nov 1994 08:50:07 GMT"
        for now: Int64 in [0, Self.example, 4_000_000_000] {
            #expect(RetryAfter.wait(field, answered: "Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(30))
        }
        #expect(
            RetryAfter.wait("Sun Nov  6 08:50:07 1994", answered: "Sunday, 06-Nov-94 08:49:37 GMT", now: 0)
                == .seconds(30)
        )
    }

    @Test func `G: without a date of the answer our clock is the measure`() {
        let field = "Sun, 06 Nov 1994 08:50:07 GMT"
        #expect(RetryAfter.wait(field, answered: nil, now: Self.example) == .seconds(30))
        #expect(RetryAfter.wait(field, answered: "yesterday", now: Self.example) == .seconds(30))
        #expect(RetryAfter.wait(field, answered: nil, now: Self.example + 31) == nil, "it is over")
        #expect(RetryAfter.wait(field, answered: nil, now: 0) == RetryAfter.longest)
    }

    @Test func `G: a date on a 429 keeps commands back as seconds do`() async throws {
        let headers = ["Retry-After": "Sun, 06 Nov 1994 08:49:50 GMT", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"]
        try await withCloud({ _ in .http(429, "", headers: headers) }) { client, server in
            let transaction = try Fixture.transaction()
            let first = await client.charge(transaction, callbackURL: "https://x.test")
            #expect(first == .notStarted(.init(.cloudUnavailable, isTransient: true, retryAfter: .seconds(13))))
            for _ in 0..<5 { _ = await client.charge(transaction, callbackURL: "https://x.test") }
            #expect(server.requests(to: "/sale").count == 1)
        }
    }
}
