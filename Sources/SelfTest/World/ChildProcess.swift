// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

#if canImport(Glibc)
    import Glibc
#endif

/// The built program as a process of its own, with what it writes kept in a file.
final class ChildProcess: Sendable {
    /// It ended, or never did, when a test needed the opposite.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// A process that writes more than this has gone mad.
    static let outputMax = 32 * 1024 * 1024

    /// `getnet-bridge` beside the running test bundle.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("getnet-bridge")

    /// Where standard output and standard error go.
    let output: URL
    private let process: SpawnedProgram

    /// Starts the program.
    init(_ arguments: [String], environment: [String: String] = [:], output: URL) throws {
        let files = FileManager.default
        guard files.fileExists(atPath: output.path) || files.createFile(atPath: output.path, contents: nil) else {
            throw Failed(description: "\(output.path) cannot be made")
        }
        self.output = output
        process = try SpawnedProgram(
            Self.program.path,
            arguments,
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"].merging(environment) { $1 },
            output: output.path
        )
    }

    var isRunning: Bool { process.exit == nil }

    /// Sends a signal to this very process.
    func signal(_ signal: Int32) {
        process.send(signal)
    }

    /// Lets none of its files grow beyond so many bytes; the program that starts it has to ignore SIGXFSZ.
    func limitFiles(to bytes: UInt64) async throws {
        try await process.limitFiles(to: bytes)
    }

    /// Waits for the end.
    func exit(within limit: Duration = .seconds(20)) async throws -> SpawnedProgram.Exit {
        try await process.waitForExit(within: limit)
    }

    /// Kills it as a crash would, and waits until it is gone.
    func killAndWait() async throws {
        signal(SIGKILL)
        _ = try await exit()
    }

    /// Everything it has written.
    func text() throws -> String {
        let bytes = try Data(contentsOf: output)
        guard bytes.count <= Self.outputMax else {
            throw Failed(description: "\(output.lastPathComponent) has \(bytes.count) bytes")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits until a condition holds while the process lives.
    func eventually(
        _ what: String,
        within limit: Duration = .seconds(30),
        _ condition: () async -> Bool
    ) async throws {
        do {
            try await Rig.eventually(what, within: limit) {
                if await condition() { return true }
                guard isRunning else { throw Failed(description: "it ended before \(what)") }
                return false
            }
        } catch {
            throw Failed(description: "\(error)\n\(try text().suffix(4_000))")
        }
    }
}
