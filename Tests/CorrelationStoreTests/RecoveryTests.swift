// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import Testing

@testable import CorrelationStore

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
            try SQLiteStore.create(path: path, account: .test)
            let store = try SQLiteStore.open(path: path, rules: .test())
            for number in 0..<100 {
                _ = try await store.create(Charge(commandID: "b-\(number)", reference: "B\(number)"))
            }
            async let writing: Void = {
                for number in 0..<400 {
                    _ = try await store.create(Charge(commandID: "d-\(number)", reference: "D\(number)"))
                }
            }()
            let bytes = try SQLiteStore.backup(path: path, to: copy)
            try await writing
            await store.close()
            #expect(bytes > 0)
            #expect(try permissions(copy) == 0o600)
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!left.contains { $0.hasSuffix(".new") || $0.hasPrefix("copy.sqlite-") })
            let status = try SQLiteStore.status(path: copy)
            #expect(status.faults.isEmpty)
            #expect(status.owner == StoreOwner(.test))
            let taken = status.transactions[.accepted] ?? 0
            #expect((100...500).contains(taken))
            // Each transaction with its event: nothing is torn apart.
            #expect(status.pendingEntries == taken)
            let restored = try SQLiteStore.open(path: copy, rules: .test())
            _ = try await restored.create(Charge(commandID: "after", reference: "after"))
            await restored.close()
        }
    }

    @Test func `a backup overwrites nothing and needs a store`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            #expect(throws: StoreOpeningError.missing(path: path)) {
                try SQLiteStore.backup(path: path, to: directory + "/copy")
            }
            try SQLiteStore.create(path: path, account: .test)
            let taken = directory + "/taken"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: taken))
            #expect(throws: StoreOpeningError.exists(path: taken)) { try SQLiteStore.backup(path: path, to: taken) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: taken)) == Data("mine".utf8))
            #expect(throws: StoreOpeningError.exists(path: path)) { try SQLiteStore.backup(path: path, to: path) }
            #expect(throws: StoreOpeningError.directoryMissing(path: directory + "/none")) {
                try SQLiteStore.backup(path: path, to: directory + "/none/copy")
            }
        }
    }

    @Test func `a hold outlives restarts, keeps its first instant and ends once`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, account: .test)
            try SQLiteStore.hold(path: path, at: at(1))
            try SQLiteStore.hold(path: path, at: at(2))
            #expect(try SQLiteStore.status(path: path).heldSince == at(1))
            let store = try SQLiteStore.open(path: path, rules: .test())
            #expect(try await store.heldSince() == at(1))
            #expect(throws: StoreOpeningError.self) { try SQLiteStore.release(path: path) }
            #expect(try await store.release())
            #expect(try await !store.release())
            #expect(try await store.heldSince() == nil)
            await store.close()
            #expect(try !SQLiteStore.release(path: path))
            try SQLiteStore.hold(path: path, at: at(3))
            #expect(try SQLiteStore.release(path: path))
            #expect(try SQLiteStore.status(path: path).heldSince == nil)
        }
    }
}
