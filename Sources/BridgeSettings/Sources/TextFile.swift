// SPDX-License-Identifier: Apache-2.0

private import Foundation

/// Why a file could not be read, in words that name no content.
struct UnreadableFile: Error {
    let message: String
}

/// Small text files, read whole.
enum TextFile {
    /// Reads a file of UTF-8 text.
    ///
    /// Isolation: any thread that may block; meant for the start of the process.
    static func read(_ path: String, longest: Int) throws(UnreadableFile) -> String {
        let bytes: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: longest + 1) ?? Data()
        } catch {
            throw UnreadableFile(message: "cannot be read: \(reason(error as NSError))")
        }
        guard bytes.count <= longest else { throw UnreadableFile(message: "is longer than \(SizeText.write(longest))") }
        guard let text = String(data: bytes, encoding: .utf8) else { throw UnreadableFile(message: "is no UTF-8 text") }
        return text
    }

    /// The names of the files in a directory, links to files included, names with a leading dot not.
    ///
    /// Isolation: any thread that may block; meant for the start of the process.
    static func names(in directory: String) throws(UnreadableFile) -> [String] {
        var isDirectory: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), !isDirectory.boolValue {
            throw UnreadableFile(message: "is a file, not a directory")
        }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).filter { name in
                var isDirectory: ObjCBool = false
                let path = "\(directory)/\(name)"
                let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                return !name.hasPrefix(".") && exists && !isDirectory.boolValue
            }
        } catch {
            throw UnreadableFile(message: "cannot be read: \(reason(error as NSError))")
        }
    }

    private static func reason(_ error: NSError) -> String {
        if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError, cause.domain == NSPOSIXErrorDomain {
            return unsafe String(cString: strerror(Int32(truncatingIfNeeded: cause.code)))
        }
        // Foundation names no cause when it lists a directory.
        return switch CocoaError.Code(rawValue: error.code) {
        case .fileReadNoSuchFile: "No such file or directory"
        case .fileReadNoPermission: "Permission denied"
        default: "Foundation's error \(error.code)"
        }
    }
}
