// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

#if canImport(Glibc)
    import Glibc
#endif

extension RunSite {
    /// Does to the run what its plan says, one thing after the other.
    ///
    /// - Returns: how often each thing was done, by its name.
    func disturb(_ disturbances: [Disturbance]) async throws -> [String: Int] {
        var done: [String: Int] = [:]
        for disturbance in disturbances {
            try await Task.sleep(for: disturbance.pause)
            guard try await perform(disturbance.action) else { continue }
            done[disturbance.action.name, default: 0] += 1
        }
        return done
    }

    private func perform(_ action: Disturbance.Action) async throws -> Bool {
        switch action {
        case .killBridge: try await restartBridge()
        case .cut(let link): try await disturbing { proxy(of: link).cut() }
        case .stall(let link, let answers, let requests, let length):
            try await stall(proxy(of: link), answers: answers, requests: requests, length)
        case .lose(let link, let length):
            try await disturbing {
                proxy(of: link).stall(.toServer)
                defer {
                    proxy(of: link).cut()
                    proxy(of: link).pass()
                }
                try await Task.sleep(for: length)
            }
        case .revokeTokens(let times):
            for _ in 0..<times {
                await simulator.revokeTokens()
                try await Task.sleep(for: .milliseconds(200))
            }
        case .beginNumbersAnew: await simulator.beginNumbersAnew()
        case .flood(let kind, let length):
            // A query that was washed away has left no trace.
            try await disturbing { try await simulator.flood(kind, for: length) }
        case .stop(let program, let length): return try await stop(program, length)
        case .killBroker:
            try await disturbing { try await broker.crash(serving: virtualHost) }
        case .moveClock(let offset): try moveClock(offset)
        case .fillDisk(let length): try await fillDisk(length)
        case .hangDisk(let length): try await hangDisk(length)
        case .secondBridge(let length): try await letSecondBridgeTry(length)
        case .restoreBackup(let length): try await restoreBackup(after: length)
        }
        return true
    }

    private func restartBridge() async throws {
        try await killBridge()
        try startBridge()
    }

    private func proxy(of link: Disturbance.Link) -> FaultProxy {
        switch link {
        case .broker: links.broker
        case .cloud: links.cloud
        case .callbacks: links.callbacks
        }
    }

    private func stall(_ proxy: FaultProxy, answers: Bool, requests: Bool, _ length: Duration) async throws {
        try await disturbing {
            switch (requests, answers) {
            case (true, true): proxy.stall(.toServer, .toClient)
            case (true, false): proxy.stall(.toServer)
            case (false, _): proxy.stall(.toClient)
            }
            defer { proxy.pass() }
            try await Task.sleep(for: length)
        }
    }

    private func stop(_ program: Disturbance.Program, _ length: Duration) async throws -> Bool {
        let process: ChildProcess? =
            switch program {
            case .bridge: bridge?.process
            case .simulator: simulator.process
            }
        guard let process, process.isRunning else { return false }
        try await disturbing {
            process.signal(SIGSTOP)
            defer { process.signal(SIGCONT) }
            try await Task.sleep(for: length)
        }
        return true
    }

    /// Sets how far the bridge's clock is ahead.
    func moveClock(_ offset: Int64) throws {
        try "\(offset)".write(to: folder.appendingPathComponent("clock"), atomically: true, encoding: .utf8)
    }

    private func fillDisk(_ length: Duration) async throws {
        guard let bridge else { return }
        // The write-ahead log is what grows; a checkpoint begins it anew, so the limit is set where it stands now.
        let log = try? FileManager.default.attributesOfItem(atPath: settings.storePath + "-wal")[.size] as? UInt64
        try await disturbing {
            try await bridge.process.limitFiles(to: log ?? 0)
            try await Task.sleep(for: length)
            try await restartBridge()
        }
    }

    /// Nothing gets lost by it, so that nothing is forgiven.
    private func hangDisk(_ length: Duration) async throws {
        let sign = folder.appendingPathComponent(Self.hangingDisk)
        try Data().write(to: sign)
        defer { try? FileManager.default.removeItem(at: sign) }
        try await Task.sleep(for: length)
    }

    /// The first keeps the queue, so the second must take nothing; it is gone before the first may lose its connection.
    private func letSecondBridgeTry(_ length: Duration) async throws {
        guard let bridge else { return }
        try await bridge.ready(orHeld: true)
        let second = try startSecondBridge()
        try await Task.sleep(for: length)
        try await second.process.killAndWait()
    }
}
