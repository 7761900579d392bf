// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

@Suite("Backup and hold")
struct RecoveryTests {
    private func permissions(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func `a backup made while charges are written is consistent, private and complete up to its moment`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let (path, copy) = (directory + "/store.sqlite", directory + "/copy.sqlite")
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            for number in 0..<100 {
                _ = try await store.create(Charge(commandID: "b-\(number)", reference: "B\(number)"))
            }
            async let writing: Void = {
                for number in 0..<400 {
                    _ = try await store.create(Charge(commandID: "d-\(number)", reference: "D\(number)"))
                }
            }()
            let bytes = try SQLiteStore(path: path).backup(to: copy, at: at(0))
            try await writing
            await store.close()
            #expect(bytes > 0)
            #expect(try permissions(copy) == 0o600)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!left.contains { $0.hasSuffix(".new") || $0.hasPrefix("copy.sqlite-") })
            let status = try SQLiteStore(path: copy).status()
            #expect(status.faults.isEmpty)
            #expect(status.owners == [StoreOwner(.test)])
            let taken = status.transactions[.accepted] ?? 0
            #expect((100...500).contains(taken))
            // Each transaction has its event: the backup separates no pair.
            #expect(status.pendingEntries == taken)
            let restored = try SQLiteStore(path: copy).open(rules: .test())
            _ = try await restored.create(Charge(commandID: "after", reference: "after"))
            await restored.close()
        }
    }

    @Test func `a backup overwrites nothing and needs a store`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            #expect(throws: StoreOpeningError.missing(place: path)) {
                try SQLiteStore(path: path).backup(to: directory + "/copy", at: at(0))
            }
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let taken = directory + "/taken"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: taken))
            #expect(throws: StoreOpeningError.exists(place: taken)) {
                try SQLiteStore(path: path).backup(to: taken, at: at(0))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: taken)) == Data("mine".utf8))
            #expect(throws: StoreOpeningError.exists(place: path)) {
                try SQLiteStore(path: path).backup(to: path, at: at(0))
            }
            #expect(throws: StoreOpeningError.directoryMissing(place: directory + "/none")) {
                try SQLiteStore(path: path).backup(to: directory + "/none/copy", at: at(0))
            }
        }
    }

    private func release(_ path: String, at instant: Timestamp = at(2), early: Bool = true) throws -> HoldRelease {
        try SQLiteStore(path: path).release(by: .sample, at: instant, isKnownToBeEarly: early)
    }

    @Test("K5: a copy knows that it is one, and is held once, at its first start")
    func copy() async throws {
        try await withTemporaryDirectory { directory in
            let (path, copy) = (directory + "/store.sqlite", directory + "/copy.sqlite")
            try SQLiteStore(path: path).create(for: Accounts(.test))
            #expect(try !SQLiteStore(path: path).holdCopy(at: at(1)))
            _ = try SQLiteStore(path: path).backup(to: copy, at: at(1))
            #expect(try SQLiteStore(path: copy).status().heldSince == nil)
            // Released before it was started it is held all the same.
            #expect(try release(copy) == .notHeld)
            #expect(try SQLiteStore(path: copy).holdCopy(at: at(10)))
            #expect(try SQLiteStore(path: copy).status().heldSince == at(10))
            let store = try SQLiteStore(path: copy).open(rules: .test())
            #expect(try await store.isRestorePending())
            await store.close()
            // The next start is none of a copy any more; the hold stands until a person ends it.
            #expect(try !SQLiteStore(path: copy).holdCopy(at: at(20)))
            #expect(try SQLiteStore(path: copy).status().heldSince == at(10))
        }
    }

    @Test("K5: a copy of a held store is held from its own start on", arguments: [true, false])
    func copyOfHeld(isTold: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let (path, copy) = (directory + "/store.sqlite", directory + "/copy.sqlite")
            try SQLiteStore(path: path).create(for: Accounts(.test))
            try SQLiteStore(path: path).hold(at: at(0))
            _ = try SQLiteStore(path: path).backup(to: copy, at: at(1_800))
            if isTold {
                try SQLiteStore(path: copy).hold(at: at(7_500))
            } else {
                #expect(try SQLiteStore(path: copy).holdCopy(at: at(7_500)))
            }
            #expect(try release(copy, at: at(7_560), early: false) == .tooEarly(until: at(11_100)))
        }
    }

    @Test("K5: before the hour is over a release needs a person who knows it", arguments: [true, false])
    func tooEarly(isOpen: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            try SQLiteStore(path: path).hold(at: at(0))
            let store = isOpen ? try SQLiteStore(path: path).open(rules: .test()) : nil
            func released(at instant: Timestamp, early: Bool) async throws -> HoldRelease {
                guard let store else { return try release(path, at: instant, early: early) }
                return try await store.release(by: .sample, at: instant, isKnownToBeEarly: early)
            }
            #expect(try await released(at: at(3_599), early: false) == .tooEarly(until: at(3_600)))
            #expect(try await released(at: at(3_600), early: false) == .released)
            #expect(try await released(at: at(3_601), early: false) == .notHeld)
            await store?.close()
        }
    }

    @Test func `an early release does not let pass what the backup shows as not sent`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            try SQLiteStore(path: path).hold(at: at(1))
            #expect(try release(path) == .released)
            let store = try SQLiteStore(path: path).open(rules: .test())
            #expect(try await store.heldSince() == nil)
            #expect(try await store.isRestorePending())
            try await store.finishRestore()
            #expect(try await !store.isRestorePending())
            await store.close()
        }
    }

    @Test func `a hold outlives restarts, keeps its first instant and ends once`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            try SQLiteStore(path: path).hold(at: at(1))
            try SQLiteStore(path: path).hold(at: at(2))
            #expect(try SQLiteStore(path: path).status().heldSince == at(1))
            let store = try SQLiteStore(path: path).open(rules: .test())
            #expect(try await store.heldSince() == at(1))
            #expect(throws: StoreOpeningError.self) { try release(path) }
            #expect(try await store.release(by: .sample, at: at(2), isKnownToBeEarly: true) == .released)
            #expect(try await store.release(by: .sample, at: at(2), isKnownToBeEarly: true) == .notHeld)
            #expect(try await store.heldSince() == nil)
            await store.close()
            #expect(try release(path) == .notHeld)
            try SQLiteStore(path: path).hold(at: at(3))
            #expect(try release(path) == .released)
            #expect(try SQLiteStore(path: path).status().heldSince == nil)
        }
    }

    @Test func `after a restore only a row with the ticket proves a sale, and a missing row proves nothing`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let rules = StoreRules.test(transactionRules: TransactionRules(absenceIsFinal: true))
            let before = try SQLiteStore(path: path).open(rules: rules)
            let charge = try await before.create(Charge(expiresAt: at(3_000)))
            await before.close()
            try SQLiteStore(path: path).hold(at: at(200))
            let store = try SQLiteStore(path: path).open(rules: rules)
            _ = try await store.apply(.restored, to: charge.id, at: at(210))
            _ = try await store.apply(.lifeEnded, to: charge.id, at: at(600))

            func read(_ ticket: String??) async throws -> Transaction? {
                var rows: [JournalRow] = []
                if let ticket {
                    var result = TerminalResult.paid()
                    result.ticket = ticket
                    // The instant is between the end of the backup and the restore.
                    rows = [JournalRow(result: result, instants: [at(100)])]
                }
                let reading = JournalReading(
                    terminal: "80005000",
                    account: "main",
                    rows: rows,
                    isComplete: true,
                    readAt: at(601)
                )
                _ = try await store.apply(reading) { _ in }
                return try await store.transaction(charge.id)
            }
            #expect(try await read(.none)?.reason?.code == .noAcknowledgement)
            #expect(try await read(.some(nil))?.reason?.code == .noAcknowledgement)
            let approved = try await read("A0001")
            #expect(approved?.status == .approved)
            #expect(approved?.outcome.decidedBy == .journal)
            #expect(try await store.story(of: charge.id).steps.map(\.kind) == [.restored, .lifeEnded])
            await store.close()
        }
    }

    @Test func `a restored charge is a rival for every row that may be its own`() async throws {
        try await StoreEngine.sqlite.withStore { store in
            let restored = try await store.create(Charge(expiresAt: at(3_000)))
            let posted = try await store.create(
                Charge(
                    commandID: "c-2",
                    reference: "A0002",
                    terminal: "80005000",
                    acceptedAt: at(1),
                    expiresAt: at(3_000)
                )
            )
            _ = try await store.apply(.submissionStarted, to: posted.id, at: at(2))
            let lost = TransactionInput.submissionEnded(attempt: 1, .unknown(.noAcknowledgement))
            _ = try await store.apply(lost, to: posted.id, at: at(40))
            _ = try await store.apply(.restored, to: restored.id, at: at(100))
            for charge in [restored, posted] { _ = try await store.apply(.lifeEnded, to: charge.id, at: at(500)) }
            var result = TerminalResult.paid()
            result.ticket = nil
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [JournalRow(result: result, instants: [at(50)])],
                isComplete: true,
                readAt: at(501)
            )
            #expect(try await store.apply(reading) { _ in }.isEmpty)
        }
    }
}
