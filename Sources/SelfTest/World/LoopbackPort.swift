// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers

#if canImport(Glibc)
    import Glibc
#endif

/// Ports of 127.0.0.1 for processes that are killed and come back on the same one.
enum LoopbackPort {
    /// Below the range that outgoing connections take theirs from, so that none takes it meanwhile.
    private static let range = 11_000..<32_000
    private static let attempts = 200
    /// How many of the latest ports are not given again: a port is free until the program that got it listens.
    private static let remembered = 1_000
    private static let given = NIOLockedValueBox<[Int]>([])

    /// A port that is free at this moment, and that was not given to another program not long ago.
    static func free() throws -> Int {
        for _ in 0..<attempts {
            let port = Int.random(in: range)
            guard note(port) else { continue }
            if isFree(port) { return port }
        }
        throw POSIXError(.EADDRNOTAVAIL)
    }

    /// Notes that a port is given; `false` if it was given not long ago.
    private static func note(_ port: Int) -> Bool {
        given.withLockedValue { given in
            guard !given.contains(port) else { return false }
            given.append(port)
            if given.count > remembered { given.removeFirst() }
            return true
        }
    }

    /// Whether no program listens on a port.
    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Connections that have ended and are still remembered do not keep a listener away.
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
