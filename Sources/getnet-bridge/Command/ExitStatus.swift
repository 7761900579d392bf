// SPDX-License-Identifier: Apache-2.0

/// What the process says to the shell.
///
/// Source: docs/promises.md 8.1; from 64 on BSD's `sysexits.h`.
enum ExitStatus: Int32, Sendable {
    /// Approved, or done.
    case done = 0

    /// The self-test found a broken promise, or a terminal and the table do not agree.
    case broken = 1

    case declined = 10
    case notCompleted = 11
    /// Certainly not started.
    case failed = 12
    /// Money may have moved: a caller that repeats it may charge twice.
    case inDoubt = 13
    case rejected = 14
    case noAnswer = 15

    case usage = 64
    case data = 65
    case unavailable = 69
    case `internal` = 70
    case inputOutput = 74
    case permission = 77
    case configuration = 78
}
