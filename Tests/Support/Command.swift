// SPDX-License-Identifier: Apache-2.0

/// A program that a test runs to its end.
enum Command {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ path: String, _ arguments: [String]) async throws {
        let exit = try await SpawnedProgram(path, arguments).waitForExit()
        guard exit == .status(0) else {
            throw Failed(description: "\(path) \(arguments.joined(separator: " ")) ended with \(exit)")
        }
    }
}
