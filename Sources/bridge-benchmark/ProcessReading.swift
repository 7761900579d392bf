// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// What the kernel says of a process.
///
/// Source: proc(5), clock_gettime(2).
enum ProcessReading {
    /// Processor time of this process, user and system, in microseconds.
    static func ownProcessorMicroseconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    /// Processor time of another process, user and system, in microseconds, to a tick (10 ms).
    static func processorMicroseconds(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name in parentheses may hold anything; after it come the state and the numbers, the 12th is `utime`.
        guard let end = text.lastIndex(of: ")") else { throw Failed(description: "no process \(process)") }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw Failed(description: "/proc/\(process)/stat is not understood")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))) * 1e6
    }

    /// Resident memory of another process, in MiB.
    static func residentMebibytes(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
            throw Failed(description: "/proc/\(process)/status is not understood")
        }
        return kibibytes / 1_024
    }
}
