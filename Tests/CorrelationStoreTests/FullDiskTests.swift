// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import GRDB
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

/// A disk that is really full: a small file system in memory; only root can mount it.
@Suite(.timeLimit(.minutes(1)), .enabled(if: SmallDisk.isPossible, "mounting needs root"))
struct FullDiskTests {
    @Test
    func `a full disk is said in SQLite's words, loses nothing, and is over once there is space`() async throws {
        try await withTemporaryDirectory { directory in
            try SmallDisk.mount(at: directory, size: "3m")
            defer { try? SmallDisk.unmount(directory) }
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let ballast = directory + "/ballast"
            try Data(count: 1_000_000).write(to: URL(fileURLWithPath: ballast))
            let store = try SQLiteStore(path: path).open(rules: .test())
            var taken: [BridgeCore.Transaction] = []
            var refusal: StoreError?
            while refusal == nil, taken.count < 1_000 {
                let metadata = Array("{\"n\":\"\(String(repeating: "x", count: 4_000))\"}".utf8)
                let charge = Charge(commandID: "c-\(taken.count)", reference: "R\(taken.count)", metadata: metadata)
                do {
                    taken.append(try await store.create(charge))
                } catch let error as StoreError {
                    refusal = error
                }
            }
            guard case .unavailable(let words) = refusal else {
                Issue.record("\(String(describing: refusal)) after \(taken.count)")
                await store.close()
                return
            }
            #expect(words.contains("full"))
            #expect(!taken.isEmpty)
            #expect(try await store.unfinished(after: nil, limit: 1_000).map(\.id) == taken.map(\.id).sorted())
            try FileManager.default.removeItem(atPath: ballast)
            let refused = Charge(commandID: "c-\(taken.count)", reference: "R\(taken.count)")
            taken.append(try await store.create(refused))
            #expect(try await store.unfinished(after: nil, limit: 1_000).count == taken.count)
            await store.close()
            #expect(try SQLiteStore(path: path).status().faults.isEmpty)
        }
    }
}

/// A file system of a few megabytes.
private enum SmallDisk {
    struct Failed: Error {}

    static let isPossible: Bool = {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("disk-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try mount(at: directory, size: "64k")
            try unmount(directory)
            return true
        } catch {
            return false
        }
    }()

    static func mount(at directory: String, size: String) throws {
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", directory])
    }

    static func unmount(_ directory: String) throws {
        try run("/bin/umount", [directory])
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed() }
    }
}
