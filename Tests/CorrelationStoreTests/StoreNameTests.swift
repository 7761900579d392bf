// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

@Suite("The names of a store")
struct StoreNameTests {
    @Test(
        "I: a second name of an open store is the same store",
        arguments: ["linked.sqlite", "again.sqlite", "folder/../store.sqlite", "elsewhere/store.sqlite"]
    )
    func secondName(_ name: String) async throws {
        try await withTemporaryDirectory { directory in
            let files = FileManager.default
            let path = directory + "/store.sqlite"
            try files.createDirectory(atPath: directory + "/folder", withIntermediateDirectories: true)
            try files.createSymbolicLink(atPath: directory + "/linked.sqlite", withDestinationPath: "store.sqlite")
            try files.createSymbolicLink(atPath: directory + "/again.sqlite", withDestinationPath: "linked.sqlite")
            try files.createSymbolicLink(atPath: directory + "/elsewhere", withDestinationPath: directory)
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            #expect {
                _ = try SQLiteStore(path: directory + "/" + name).open(rules: .test())
            } throws: { error in
                guard case .locked = error as? StoreOpeningError else { return false }
                return true
            }
            await store.close()
            let second = try SQLiteStore(path: directory + "/" + name).open(rules: .test())
            await second.close()
        }
    }

    @Test("I: a store with a hard link is refused: SQLite would keep a log for each name")
    func hardLink() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            let other = directory + "/other.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            try FileManager.default.linkItem(atPath: path, toPath: other)
            for name in [path, other] {
                #expect(throws: StoreOpeningError.severalNames(place: name, count: 2)) {
                    _ = try SQLiteStore(path: name).open(rules: .test())
                }
            }
            try FileManager.default.removeItem(atPath: other)
            let store = try SQLiteStore(path: path).open(rules: .test())
            await store.close()
        }
    }

    @Test("I: a store is made where a link leads to, and the link stays")
    func madeThroughLink() async throws {
        try await withTemporaryDirectory { directory in
            let link = directory + "/link.sqlite"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "store.sqlite")
            try SQLiteStore(path: link).create(for: Accounts(.test))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "store.sqlite")
            let store = try SQLiteStore(path: directory + "/store.sqlite").open(rules: .test())
            await store.close()
        }
    }
}
