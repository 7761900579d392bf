// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite struct `A terminal` {
    @Test func `is normalized to the spelling that is published`() throws {
        let terminal = try #require(
            Terminal(idTerminal: "ar00test", idSucursal: "0000087294", serialNumber: "nac000000001")
        )
        #expect(terminal.idTerminal == "AR00TEST")
        #expect(terminal.idSucursal == "87294")
        #expect(terminal.serialNumber == "NAC000000001")
    }

    @Test func `is the same however it was spelled or named`() throws {
        let plain = try #require(Terminal(idTerminal: "AR00TEST", idSucursal: "1", serialNumber: "N1"))
        let named = try #require(
            Terminal(idTerminal: "ar00test", idSucursal: "01", serialNumber: "n1", alias: "till-3")
        )
        let other = try #require(Terminal(idTerminal: "AR00TEST", idSucursal: "10", serialNumber: "N1"))
        #expect(plain.isSame(as: named))
        #expect(!plain.isSame(as: other))
    }

    @Test(arguments: [
        ("", "1", "S"), ("T", "", "S"), ("T", "1", ""), ("T", "0", "S"), ("T", "000", "S"), ("T", "1a", "S"),
        ("T", "-1", "S"), ("T-1", "1", "S"), ("T", "1", "S 1"), ("é", "1", "S"), ("T", "١", "S"),
        ("123456789012345678901", "1", "S"), ("T", "1234567890123456", "S"), ("T", "1", "123456789012345678901"),
    ])
    func `has three parts of its shape`(_ terminal: String, _ branch: String, _ serial: String) {
        #expect(Terminal(idTerminal: terminal, idSucursal: branch, serialNumber: serial) == nil)
    }
}

@Suite struct `A retry schedule` {
    @Test func `doubles up to its ceiling`() {
        let schedule = RetrySchedule(first: .seconds(1), ceiling: .seconds(60))
        let waits = (1...9).map { schedule.delay(afterTries: $0) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        #expect(schedule.delay(afterTries: 0) == .seconds(1))
        #expect(schedule.delay(afterTries: Int.max) == .seconds(60))
        #expect(RetrySchedule(first: .seconds(9), ceiling: .seconds(5)).delay(afterTries: 1) == .seconds(5))
    }
}
