// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("A file of terminals that is replaced")
struct TerminalFileVersionTests {
    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terminals-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("I: a link to a link that is swapped, as a ConfigMap is, is another version")
    func swappedLink() throws {
        try inFolder { folder in
            let files = FileManager.default
            for name in ["..v1", "..v2"] {
                let version = folder.appendingPathComponent(name)
                try files.createDirectory(at: version, withIntermediateDirectories: true)
                try Data("a: \(name)".utf8).write(to: version.appendingPathComponent("terminals.yaml"))
            }
            let data = folder.appendingPathComponent("..data").path
            try files.createSymbolicLink(atPath: data, withDestinationPath: "..v1")
            let path = folder.appendingPathComponent("terminals.yaml").path
            try files.createSymbolicLink(atPath: path, withDestinationPath: "..data/terminals.yaml")
            let before = TerminalFile.version(of: path)
            #expect(before != nil)
            try files.createSymbolicLink(atPath: data + ".new", withDestinationPath: "..v2")
            #expect(unsafe rename(data + ".new", data) == 0)
            #expect(TerminalFile.version(of: path) != before)
        }
    }

    @Test("I: a file of the same size with its old time is another version")
    func sameSizeSameTime() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("terminals.yaml")
            let time = Date(timeIntervalSince1970: 1_700_000_000)
            func write(_ text: String) throws {
                let handle = try FileHandle(forWritingTo: file)
                try handle.write(contentsOf: Data(text.utf8))
                try handle.close()
                try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
            }
            #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
            try write("a: 1")
            let before = TerminalFile.version(of: file.path)
            // The kernel dates changes by its own tick.
            usleep(20_000)
            try write("a: 2")
            #expect(TerminalFile.version(of: file.path) != before)
        }
    }

    @Test func `a file that is not touched keeps its version, and one that is gone has none`() throws {
        try inFolder { folder in
            let file = folder.appendingPathComponent("terminals.yaml")
            try Data("a: 1".utf8).write(to: file)
            #expect(TerminalFile.version(of: file.path) == TerminalFile.version(of: file.path))
            try FileManager.default.removeItem(at: file)
            #expect(TerminalFile.version(of: file.path) == nil)
        }
    }
}
