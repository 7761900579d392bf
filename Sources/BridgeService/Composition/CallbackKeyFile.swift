// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

#if canImport(Glibc)
    internal import Glibc
#endif

/// The file of callback keys: one `keyId:secret` per line, generated at the first start, never only in the store.
///
/// A lost store must not turn the last evidence into 401s (docs/promises.md 5.3).
/// The first line signs, every line is accepted.
struct CallbackKeyFile {
    /// How many characters a generated secret has (base64url digits of randomness).
    static let secretLength = 43
    /// Larger files are no key files.
    static let sizeLimit = 16_384

    /// Why there is no ring of keys.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads a file, or makes it with one fresh key where there is none.
    static func ring(at path: String, random: () -> UInt128) throws(Fault) -> CallbackKeyRing {
        if let text = try read(path) { return try ring(of: text, path: path) }
        try write(fresh(random), to: path)
        guard let text = try read(path) else { throw Fault(description: "\(path) vanished after it was written") }
        return try ring(of: text, path: path)
    }

    private static func ring(of text: String, path: String) throws(Fault) -> CallbackKeyRing {
        var keys: [CallbackKey] = []
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() where !line.hasPrefix("#") {
            let halves = line.split(separator: ":", maxSplits: 1)
            guard halves.count == 2, let key = CallbackKey(id: String(halves[0]), secret: Array(halves[1].utf8)) else {
                throw Fault(description: "\(path) line \(index + 1) is not keyId:secret with 16 characters or more")
            }
            keys.append(key)
        }
        guard let ring = CallbackKeyRing(keys) else {
            throw Fault(description: "\(path) holds no key, or two of one name")
        }
        return ring
    }

    private static func fresh(_ random: () -> UInt128) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var secret = ""
        while secret.count < secretLength {
            var bits = random()
            for _ in 0..<20 where secret.count < secretLength {
                secret.append(alphabet[Int(bits & 63)])
                bits >>= 6
            }
        }
        return "k1:\(secret)\n"
    }

    private static func read(_ path: String) throws(Fault) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw Fault(description: "\(path) cannot be read: \(words(errno))")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: sizeLimit)
        let length = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard length >= 0, length < sizeLimit else {
            throw Fault(description: "\(path) cannot be read, or is too large")
        }
        return String(decoding: buffer[..<length], as: UTF8.self)
    }

    /// Writes the file aside, syncs and renames it, so that a crash leaves a whole file or none.
    ///
    /// The directory is synced too: otherwise the name may be lost after a key of the file went to Getnet.
    private static func write(_ text: String, to path: String) throws(Fault) {
        let aside = path + ".new"
        let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Fault(description: "\(aside) cannot be written: \(words(errno))") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            unsafe rename(aside, path) == 0
        else { throw Fault(description: "\(path) cannot be written: \(words(errno))") }
        try syncDirectory(of: path)
    }

    private static func syncDirectory(of path: String) throws(Fault) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Fault(description: "\(directory) cannot be synced: \(words(errno))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw Fault(description: "\(directory) cannot be synced: \(words(errno))")
        }
    }

    private static func words(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
