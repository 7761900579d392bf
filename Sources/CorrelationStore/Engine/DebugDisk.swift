// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A disk that hangs, for tests: commits are written, and while a file is there no caller is told.
///
/// That is what a process sees of a sync that hangs. Only a debug build looks for the file.
enum DebugDisk {
    #if DEBUG
        /// Names the file.
        static let variable = "GETNET_BRIDGE_DEBUG_DISK_HANGS_FILE"
        private static let path = ProcessInfo.processInfo.environment[variable]

        /// Blocks for as long as the disk hangs.
        static func sync() {
            guard let path else { return }
            while FileManager.default.fileExists(atPath: path) { Thread.sleep(forTimeInterval: 0.002) }
        }
    #else
        @inline(__always)
        static func sync() {}
    #endif
}
