// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import MemoryLedger
import TestSupport
import Testing

@Suite("Locks of the ledger's rules")
struct LockTests {
    @Test func `what is undone leaves nothing`() throws {
        let rows = MemoryRows()
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try rows.write {
                rows.set(.probedAt, to: "now")
                throw Refused()
            }
        }
        #expect(rows.value(of: .probedAt) == nil)
        try rows.write { rows.set(.probedAt, to: "now") }
        #expect(rows.value(of: .probedAt) == "now")
    }

    @Test func `a row that follows from a look without a lock is refused`() throws {
        let rows = MemoryRows()
        #expect(throws: MemoryFault.unlocked(.command("command-1"))) {
            try rows.write { try rows.insert(.sample()) }
        }
        #expect(throws: MemoryFault.lockedTooLate(.command("command-1"))) {
            try rows.write {
                _ = rows.transaction(ofCommand: "command-1", account: "main")
                try rows.lock(.command("command-1"))
            }
        }
        #expect(throws: MemoryFault.unlocked(.reference("A1", account: "main"))) {
            try rows.write { try rows.transaction(holding: "A1", account: "main") }
        }
        #expect(throws: MemoryFault.unlocked(.lane(terminal: "80005000", account: "main"))) {
            try rows.write { try rows.lane(of: "80005000", account: "main") }
        }
    }

    @Test func `a lock ends with the write transaction`() throws {
        let rows = MemoryRows()
        try rows.write {
            try rows.lock(.reference("A1", account: "main"))
            _ = try rows.transaction(holding: "A1", account: "main")
        }
        #expect(throws: MemoryFault.self) {
            try rows.write { try rows.transaction(holding: "A1", account: "main") }
        }
    }
}
