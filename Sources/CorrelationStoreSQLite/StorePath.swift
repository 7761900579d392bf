// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The one name of a store, with links and `..` resolved.
enum StorePath {
    /// So many links are followed.
    private static let links = 16

    /// The path without links; of a file that is not there yet, with its directory resolved.
    static func resolved(_ path: String) -> String {
        var path = path
        for _ in 0..<links {
            if let real = real(path) { return real }
            // A link to a store that is to be made.
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            path = target.hasPrefix("/") ? target : directory(of: path) + "/" + target
        }
        guard let directory = real(directory(of: path)) else { return path }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return directory == "/" ? "/" + name : directory + "/" + name
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func real(_ path: String) -> String? {
        guard let real = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// How many names (hard links) a file has; 0 where there is none.
    static func names(of path: String) -> Int {
        var state = stat()
        return unsafe stat(path, &state) == 0 ? Int(state.st_nlink) : 0
    }
}
