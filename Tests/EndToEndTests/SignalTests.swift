// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

#if canImport(Glibc)
    import Glibc
#endif

extension LoadTests {
    @Test(
        "I: TERM ends the process, and signals that do not ask for an end do not",
        arguments: [[SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXFSZ, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM]]
    )
    func signals(_ signals: [Int32]) async throws {
        try await Site.run { site in
            try await site.makeStore()
            let log = site.folder.appendingPathComponent("signals.log")
            let bridge = try site.startBridge(output: log)
            try await bridge.ready()
            for signal in signals { bridge.process.signal(signal) }
            try await bridge.process.eventually("each of them is logged", within: Site.patience) {
                let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                return text.contains("terminals.file is read again")
                    && text.ranges(of: "a signal that means nothing here").count == 3
            }
            #expect(await site.settings.health.status("/readyz/commands") == 200)
            #expect(try await bridge.terminate() == .status(0))
        }
    }
}
