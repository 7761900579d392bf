// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Standard output for what was asked for, standard error for what is said about it.
struct Console: Sendable {
    /// Whether a person can be asked something.
    var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Whether the log goes to a person's eyes.
    var logIsRead: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes a text and a line break to standard output, at once.
    ///
    /// - Throws: `Failure` if it cannot be written.
    func print(_ text: String) throws(Failure) {
        guard write(text + "\n", to: STDOUT_FILENO) else {
            // A reader that closed the pipe needs no explanation.
            let words = unsafe String(cString: strerror(errno))
            throw Failure(.inputOutput, errno == EPIPE ? "" : "standard output: \(words)")
        }
    }

    /// Writes JSON and a line break to standard output.
    ///
    /// - Throws: `Failure` if it cannot be written.
    func print(_ json: [UInt8]) throws(Failure) {
        try print(String(decoding: json, as: UTF8.self))
    }

    /// Writes a text and a line break to standard error.
    func note(_ text: String) {
        // There is no other place for the message.
        _ = write(text + "\n", to: STDERR_FILENO)
    }

    /// Writes why the verb ends.
    func complain(_ message: String) {
        note("getnet-bridge: \(message)")
    }

    /// Asks a question on standard error and reads a line.
    func ask(_ question: String) -> String? {
        _ = write(question, to: STDERR_FILENO)
        return readLine()
    }

    /// How long a reader of standard error may take for the next piece; then the process goes on without it.
    private static let readerPatience: Int32 = 2_000
    /// A pipe that takes something takes so many bytes without waiting (`PIPE_BUF`).
    private static let piece = 4_096

    private func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            if descriptor == STDERR_FILENO, !isWritable(descriptor) { return false }
            let count = unsafe rest.prefix(Self.piece).withUnsafeBytes {
                unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func isWritable(_ descriptor: Int32) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&ready, 1, Self.readerPatience) != 0
    }
}
