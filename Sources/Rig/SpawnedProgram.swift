// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

#if canImport(Glibc)
    import Glibc
#endif

/// A program that runs beside a test, watched by `waitpid` alone.
///
/// Foundation's `Process` learns of the end by a socket that other children inherit, so that with several children at
/// once it may wait for ever for one that is long gone.
public final class SpawnedProgram: Sendable {
    /// How a program ended.
    public enum Exit: Sendable, Equatable {
        /// By itself, with a status.
        case status(Int32)
        /// By a signal.
        case signal(Int32)
    }

    /// It could not be started.
    public struct NotStarted: Error, CustomStringConvertible {
        /// Which program, and why.
        public let description: String
    }

    /// Descriptors that a child would keep open.
    ///
    /// Sockets of other tests in this process are not closed on exec, and a child that holds a listener blocks its port
    /// for the bridge that comes back on it.
    private static let inheritable: Range<Int32> = 3..<4_096

    /// The process id.
    public let processID: Int32
    private let end = NIOLockedValueBox<Exit?>(nil)

    /// Starts a program; what it writes goes into a file, or nowhere.
    public init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        output: String = "/dev/null"
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in Self.inheritable { unsafe posix_spawn_file_actions_addclose(&actions, descriptor) }
        // The starting process may handle these itself, on a thread that blocks every signal. The child would inherit
        // both, and a program that relies on the default could not be told to end.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        unsafe sigemptyset(&defaults)
        for signal in [SIGTERM, SIGINT, SIGPIPE] { unsafe sigaddset(&defaults, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        var blocked = sigset_t()
        unsafe sigemptyset(&blocked)
        unsafe posix_spawnattr_setsigmask(&attributes, &blocked)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let variables = environment.map { $0.map { "\($0.key)=\($0.value)" } } ?? Self.ownVariables()
        var id: pid_t = 0
        let code = unsafe withStrings([path] + arguments) { arguments in
            unsafe withStrings(variables) { variables in
                unsafe posix_spawn(&id, path, &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else { throw NotStarted(description: "\(path): \(unsafe String(cString: strerror(code)))") }
        processID = id
    }

    /// How it ended; `nil` while it runs.
    public var exit: Exit? {
        end.withLockedValue { end in
            if end != nil { return end }
            var status: Int32 = 0
            guard unsafe waitpid(processID, &status, WNOHANG) == processID else { return nil }
            let signal = status & 0x7F
            end = signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
            return end
        }
    }

    /// Sends a signal to this very process, unless it ended.
    public func send(_ signal: Int32) {
        guard exit == nil else { return }
        kill(processID, signal)
    }

    /// Lets none of its files grow beyond so many bytes, from now on.
    ///
    /// The system also sends SIGXFSZ, which ends a program that does not ignore it; that is inherited from the starting
    /// process.
    ///
    /// Throws: `NotStarted` where `prlimit` of util-linux is missing.
    public func limitFiles(to bytes: UInt64) async throws {
        let limiter = try SpawnedProgram("/usr/bin/prlimit", ["--pid=\(processID)", "--fsize=\(bytes):"])
        _ = try await limiter.waitForExit(within: .seconds(10))
    }

    /// Waits for the end.
    public func waitForExit(within limit: Duration = .seconds(120)) async throws -> Exit {
        var found: Exit?
        try await eventually("process \(processID) ends", within: limit) {
            found = exit
            return found != nil
        }
        return found ?? .status(-1)
    }

    private static func ownVariables() -> [String] {
        var variables: [String] = []
        var next = unsafe environ
        while let variable = unsafe next.pointee {
            variables.append(unsafe String(cString: variable))
            unsafe next += 1
        }
        return variables
    }
}

/// Lends strings as C's array of strings, ended by a null.
private func withStrings<Result>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe release(pointers) }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("the array ends with a null") }
        return unsafe body(start)
    }
}

private func release(_ pointers: [UnsafeMutablePointer<CChar>?]) {
    for index in unsafe pointers.indices { unsafe free(pointers[index]) }
}
