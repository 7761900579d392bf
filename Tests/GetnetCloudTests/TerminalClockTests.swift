// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite struct `The terminal's clock` {
    func offset(_ text: String, _ zone: String) -> Int? {
        TerminalClock.localTime(text).flatMap { TerminalClock(timeZone: zone).utcOffset(at: $0) }
    }

    @Test func `it knows summer and winter`() {
        #expect(offset("2026-01-15 10:22:31", "America/Santiago") == -10_800)
        #expect(offset("2026-07-15 10:22:31", "America/Santiago") == -14_400)
        #expect(offset("2026-07-15 10:22:31", "America/Argentina/Buenos_Aires") == -10_800)
    }

    @Test func `it does not guess in the hour that a clock change repeats or skips`() {
        // Chile, 2025: back at midnight before April 6th, forward at midnight before September 7th.
        #expect(offset("2025-04-05 22:59:59", "America/Santiago") == -10_800)
        #expect(offset("2025-04-05 23:00:00", "America/Santiago") == nil)
        #expect(offset("2025-04-05 23:59:59", "America/Santiago") == nil)
        #expect(offset("2025-04-06 00:00:00", "America/Santiago") == -14_400)
        #expect(offset("2025-09-06 23:59:59", "America/Santiago") == -14_400)
        #expect(offset("2025-09-07 00:30:00", "America/Santiago") == nil)
        #expect(offset("2025-09-07 01:00:00", "America/Santiago") == -10_800)
    }

    @Test func `it remembers a day without mixing it with the next`() throws {
        let clock = TerminalClock(timeZone: "America/Santiago")
        func offset(_ text: String) throws -> Int? {
            clock.utcOffset(at: try #require(TerminalClock.localTime(text)))
        }
        for _ in 0..<3 {
            #expect(try offset("2025-04-01 12:00:00") == -10_800)
            #expect(try offset("2025-04-05 23:30:00") == nil)
            #expect(try offset("2025-04-12 12:00:00") == -14_400)
        }
    }

    @Test func `an unknown zone tells nothing and other shapes are no time`() {
        #expect(offset("2026-01-15 10:22:31", "America/Nowhere") == nil)
        for text in [
            "", "2026-01-15", "2026-01-15T10:22:31", "2026-01-15 10:22:60", "2026-13-15 10:22:31",
            "2026-01-32 10:22:31", "2026-01-15 24:00:00", "2026-01-15 10:22:31Z", " 2026-01-15 10:22:3",
        ] {
            #expect(TerminalClock.localTime(text)?.text == nil, "\(text)")
        }
    }
}

@Suite struct `A sale's request` {
    @Test func `Chile gets a ticket and a branch that is a number`() throws {
        let transaction = try Fixture.transaction(options: ["printOnPos": .bool(true), "employeeId": .integer(7)])
        let bytes =
            CommandRequest(profile: .chile).bytes(for: transaction, callbackURL: "https://b.test/cb/x?token=a.b") ?? []
        let expected = """
            {"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234","command":100,"amount":15990,\
            "ticketNumber":"A0001234","employeeId":7,"printOnPos":true,"saleType":1,\
            "customId":"\(transaction.id)","webhook":"https://b.test/cb/x?token=a.b"}
            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `Argentina gets a padded branch, its defaults and no ticket`() throws {
        let transaction = try Fixture.transaction(.argentina, options: ["installments": .integer(3)])
        let bytes = CommandRequest(profile: .argentina).bytes(for: transaction, callbackURL: "https://b.test/") ?? []
        let expected = """
            {"idTerminal":"80005000","idSucursal":"0000012983","serialNumber":"SNPRUEBA1234","command":100,\
            "amount":15990,"employeeId":1,"installments":3,"interest":0,"operationMode":0,"planId":"contado",\
            "printOnPos":false,"saleType":0,"skipConfirmation":false,"skipReceipt":false,"tip":0,\
            "customId":"\(transaction.id)","webhook":"https://b.test/"}
            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
