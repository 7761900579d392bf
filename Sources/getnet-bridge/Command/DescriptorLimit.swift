// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How many files and connections the process may have open.
enum DescriptorLimit {
    /// The connections of the three ports and to Getnet at their limits, and some for everything else.
    static let needed: UInt64 = 2_048

    /// Takes as many as the system lets the process have without asking; answers how many those are.
    ///
    /// Shells and service managers start processes with a soft limit of 1,024 for the sake of programs that use
    /// `select`, which nothing here does.
    static func raise() -> UInt64 {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return needed }
        guard limit.rlim_cur < limit.rlim_max else { return UInt64(limit.rlim_cur) }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        let isRaised = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0
        return UInt64(isRaised ? raised.rlim_cur : limit.rlim_cur)
    }
}
