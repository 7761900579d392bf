// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore
internal import Foundation

/// A lock that one process holds on a store for as long as it has it open.
///
/// It lies on a file beside the database, with links resolved: SQLite's own locks on the database file would be lost as
/// soon as this process closed another descriptor of it. It ends with the process, however that ends.
/// Source: docs/promises.md 7.4.
final class StoreLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock of the store at a path.
    ///
    /// - Throws: `StoreOpeningError`: another process has it, or the file cannot be made.
    init(storePath: String) throws(StoreOpeningError) {
        // SQLite keeps the log beside the name that it was given, so a second name would be a second store in one file.
        let names = StorePath.names(of: storePath)
        guard names <= 1 else { throw .severalNames(place: storePath, count: names) }
        let path = StorePath.resolved(storePath) + ".lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(place: path, why: SystemError.last) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let why = SystemError.last
            let holder = (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int32($0.trimmed) }
            let isHeld = errno == EWOULDBLOCK
            Foundation.close(descriptor)
            throw isHeld ? .locked(place: storePath, holder: holder) : .notWritable(place: path, why: why)
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        // The holder's process id is only a help for people; the lock holds without it.
        _ = ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit {
        // Closing alone would leave the lock with a child that was forked and has not yet begun its program.
        flock(descriptor, LOCK_UN)
        Foundation.close(descriptor)
    }
}

/// The words of the last failed system call.
enum SystemError {
    static var last: String { unsafe String(cString: strerror(errno)) }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
