// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

/// A lost disk: the store is replaced by an older copy of itself, as `docs/operations.md` says.
extension RunSite {
    /// How long a restored store is held: all commands at the terminals when the other was lost have ended by then.
    private static let hold = terminalLife + .milliseconds(500)

    /// Copies the store, goes on for a while, loses it, and goes on with the copy: held first, then released.
    func restoreBackup(after length: Duration) async throws {
        guard let bridge else { return }
        try await bridge.ready(orHeld: true)
        let copy = folder.appendingPathComponent("copy.db")
        try await run("backup", "--to", copy.path)
        try await Task.sleep(for: length)
        try await killBridge()
        let lost = folder.appendingPathComponent("lost.db").path
        for ending in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: settings.storePath + ending) {
            try FileManager.default.moveItem(atPath: settings.storePath + ending, toPath: lost + ending)
        }
        try FileManager.default.moveItem(atPath: copy.path, toPath: settings.storePath)
        note(lost: try StoreReader.read(lost))
        // What was under way when the store was lost is not known: while the copy is held, everything may get lost.
        try await disturbing {
            try startBridge(holdingCommands: true)
            try await Task.sleep(for: Self.hold)
            try await run("release", "--by", "self-test", "--reason", "what was at the terminals has ended", "--now")
        }
    }

    private func run(_ verb: String, _ words: String...) async throws {
        let process = try ChildProcess(
            ["store", verb] + settings.flags + words,
            environment: settings.environment,
            output: folder.appendingPathComponent("store-\(verb).log")
        )
        let exit = try await process.exit()
        guard exit == .status(0) else {
            throw ChildProcess.Failed(description: "store \(verb) ended with \(exit): \(try process.text())")
        }
    }
}
