// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    internal import Glibc
#endif

/// What the kernel says about this process.
///
/// Source: proc(5), `/proc/self/stat`, `/proc/self/statm`.
struct ProcessStatistics {
    /// Processor time, seconds.
    let processorSeconds: Double
    /// Resident memory, bytes.
    let residentBytes: Int
    /// Virtual memory, bytes.
    let virtualBytes: Int
    /// Open file descriptors.
    let openDescriptors: Int

    /// Reads the kernel's figures; `nil` where there is no `/proc`.
    static func read() -> ProcessStatistics? {
        guard let memory = contents(of: "/proc/self/statm") else { return nil }
        let pages = memory.split(separator: " ").compactMap { Int($0) }
        guard pages.count > 1 else { return nil }
        let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
        var processorTime = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &processorTime)
        return ProcessStatistics(
            processorSeconds: Double(processorTime.tv_sec) + Double(processorTime.tv_nsec) / 1e9,
            residentBytes: pages[1] * pageSize,
            virtualBytes: pages[0] * pageSize,
            openDescriptors: countDescriptors()
        )
    }

    private static func countDescriptors() -> Int {
        guard let directory = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        // ".", ".." and the directory itself.
        return max(count - 3, 0)
    }

    private static func contents(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let length = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }
}
