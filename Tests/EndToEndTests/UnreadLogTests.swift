// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

#if canImport(Glibc)
    import Glibc
#endif

/// A named pipe that is full, and no program reads it.
private struct FullPipe {
    let path: URL
    private let descriptor: Int32

    init(in folder: URL) throws {
        path = folder.appendingPathComponent("unread.log")
        guard unsafe mkfifo(path.path, 0o600) == 0 else { throw POSIXError(.EIO) }
        descriptor = unsafe open(path.path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        let filler = [UInt8](repeating: UInt8(ascii: "."), count: 4_096)
        while unsafe write(descriptor, filler, filler.count) > 0 {}
        while unsafe write(descriptor, filler, 1) > 0 {}
    }

    func close() { _ = Glibc.close(descriptor) }
}

/// A pseudo terminal of which the test has one side, so that the test can close it.
private struct PseudoTerminal {
    let path: URL
    private let descriptor: Int32

    /// Source: ioctl_tty(2); the C library's own calls for it are not in Swift's module.
    private static let unlock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430

    init() throws {
        descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (isLocked, number): (Int32, UInt32) = (0, 0)
        guard descriptor >= 0, unsafe ioctl(descriptor, Self.unlock, &isLocked) == 0,
            unsafe ioctl(descriptor, Self.number, &number) == 0
        else { throw POSIXError(.EIO) }
        path = URL(fileURLWithPath: "/dev/pts/\(number)")
    }

    /// From now on every write to it ends with EIO.
    func close() { _ = Glibc.close(descriptor) }
}

extension LoadTests {
    @Test("I: standard error is a terminal that is closed: the bridge works on and ends at SIGTERM")
    func closedTerminal() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let terminal = try PseudoTerminal()
            let bridge = try site.startBridge(output: terminal.path)
            try await bridge.ready()
            terminal.close()
            let load = Load("closed terminal", count: 8, of: LoadScenario.knowable)
            try await site.sender.send(load.orders)
            try await site.awaitEnd(of: load.orders)
            #expect(try await bridge.terminate(within: .seconds(17)) == .status(0))
        }
    }

    @Test(
        "F3: standard error is a full pipe that nothing reads: the bridge works, answers its probes and ends at SIGTERM"
    )
    func unreadLog() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let pipe = try FullPipe(in: site.folder)
            defer { pipe.close() }
            let bridge = try site.startBridge(output: pipe.path)
            try await bridge.ready()
            let load = Load("unread log", count: 8, of: LoadScenario.knowable)
            try await site.sender.send(load.orders)
            try await site.awaitEnd(of: load.orders)
            #expect(await site.settings.health.status("/livez") == 200)
            // The times of the settings: 100 ms of delay, 15 s until everything has ended.
            #expect(try await bridge.terminate(within: .seconds(17)) == .status(0))
        }
    }
}
