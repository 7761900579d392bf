// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Logging
import NIOConcurrencyHelpers
import Rig

/// Where a run takes place: a virtual host, a simulator, a bridge that comes and goes, and proxies between them.
final class RunSite: Sendable {
    /// The proxies.
    struct Links: Sendable {
        let broker: FaultProxy
        let cloud: FaultProxy
        let callbacks: FaultProxy
        /// Where the bridge listens behind the proxy of the callbacks.
        let callbackPort: Int
    }

    /// 90 s are 180 ms, a terminal's five minutes 600 ms.
    static let timeScale = 0.002
    /// A POST that was held back as long as a disturbance may last has ended at the terminal by then.
    static let terminalLife = Duration.milliseconds(1_500)
    static let submitTimeout = Duration.milliseconds(900)

    /// Names the file that a debug build adds to its clock, in milliseconds.
    private static let clockVariable = "GETNET_BRIDGE_DEBUG_CLOCK_OFFSET_FILE"
    /// Names the file that lets the disk of a debug build hang while it is there.
    private static let diskVariable = "GETNET_BRIDGE_DEBUG_DISK_HANGS_FILE"
    /// That file.
    static let hangingDisk = "disk-hangs"

    private struct State {
        var bridge: BridgeProcess?
        var children: [ChildProcess] = []
        var starts = 0
        var kills: [Int64] = []
        var disturbances: [ClosedRange<Int64>] = []
        var lost: StoreLedger?
    }

    let broker: PrivateBroker
    let virtualHost: String
    let folder: URL
    let links: Links
    let simulator: SimulatorProcess
    let settings: BridgeSettings
    private let country: RunPlan.Country
    private let numberKept: Duration?
    private let state = NIOLockedValueBox(State())

    init(
        broker: PrivateBroker,
        virtualHost: String,
        folder: URL,
        links: Links,
        simulator: SimulatorProcess,
        plan: RunPlan
    ) throws {
        self.broker = broker
        self.virtualHost = virtualHost
        self.folder = folder
        self.links = links
        self.simulator = simulator
        country = plan.country
        var settings = try Self.settings(
            in: folder,
            virtualHost: virtualHost,
            links: links,
            country: plan.country,
            environment: Self.environment(of: plan, in: folder)
        )
        if plan.special == .numbersBegunAnew {
            settings["reconcile.giveUpAfter"] = RunPlan.numberKept.text
            numberKept = RunPlan.numberKept
        } else {
            numberKept = nil
        }
        self.settings = settings
        state.withLockedValue { $0.children.append(simulator.process) }
    }

    private static func environment(of plan: RunPlan, in folder: URL) -> [String: String] {
        switch plan.special {
        case .clockMoved: [clockVariable: folder.appendingPathComponent("clock").path]
        case .diskHangs: [diskVariable: folder.appendingPathComponent(hangingDisk).path]
        case .brokerKilled, .diskFilled, .secondBridge, .backupRestored, .flooded, .numbersBegunAnew, nil: [:]
        }
    }

    private static func settings(
        in folder: URL,
        virtualHost: String,
        links: Links,
        country: RunPlan.Country,
        environment: [String: String] = [:]
    ) throws -> BridgeSettings {
        var settings = try BridgeSettings(
            folder: folder,
            amqpURL: "amqp://guest:guest@127.0.0.1:\(links.broker.port)/\(virtualHost)",
            cloudURL: "http://127.0.0.1:\(links.cloud.port)/api"
        )
        settings.environment.merge(environment) { $1 }
        settings.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "a-token-of-the-self-test"
        let changes = [
            "cloud.country": country.rawValue,
            "http.port": "\(links.callbackPort)",
            "http.publicURL": "http://127.0.0.1:\(links.callbacks.port)",
            "store.create": "true",
            "submit.timeout": submitTimeout.text,
            "reconcile.firstQueryAfter": "150ms",
            "reconcile.interval": "80ms",
            "reconcile.terminalLife": terminalLife.text,
            "journal.clockTolerance": "1s",
            "shutdown.delay": "20ms",
        ]
        for (key, value) in changes { settings[key] = value }
        return settings
    }

    // MARK: - Bridges

    /// The bridge that runs, or ran last.
    var bridge: BridgeProcess? { state.withLockedValue(\.bridge) }

    /// Starts the bridge on its store.
    func startBridge(holdingCommands: Bool = false) throws {
        let words = holdingCommands ? ["--hold-commands"] : []
        let bridge = try BridgeProcess(settings, words, output: nextOutput("bridge"))
        state.withLockedValue { state in
            state.bridge = bridge
            state.children.append(bridge.process)
        }
    }

    /// Kills the bridge as a crash would.
    func killBridge() async throws {
        guard let bridge else { return }
        note(kill: Date().milliseconds)
        try await bridge.process.killAndWait()
    }

    /// Starts a bridge with an empty store of its own beside the first.
    func startSecondBridge() throws -> BridgeProcess {
        let folder = folder.appendingPathComponent("second")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var settings = try Self.settings(in: folder, virtualHost: virtualHost, links: links, country: country)
        settings["http.port"] = "\(try LoopbackPort.free())"
        let bridge = try BridgeProcess(settings, output: nextOutput("second"))
        state.withLockedValue { $0.children.append(bridge.process) }
        return bridge
    }

    /// Kills what still runs, also of a run that was broken off.
    func clear() async {
        let children = state.withLockedValue(\.children)
        // In a task of its own: a cancelled caller clears up all the same, and waits for it.
        await Task {
            for child in children where child.isRunning {
                child.signal(SIGCONT)
                try? await child.killAndWait()
            }
        }.value
    }

    private func nextOutput(_ name: String) -> URL {
        let number = state.withLockedValue { state in
            state.starts += 1
            return state.starts
        }
        return folder.appendingPathComponent("\(name)-\(number).log")
    }

    // MARK: - What was done

    func note(kill: Int64) { state.withLockedValue { $0.kills.append(kill) } }

    func note(lost: StoreLedger) { state.withLockedValue { $0.lost = lost } }

    /// The store that was lost, as it was then.
    var lost: StoreLedger? { state.withLockedValue(\.lost) }

    /// Runs something during which an answer may get lost.
    func disturbing(_ body: () async throws -> Void) async throws {
        let begin = Date().milliseconds
        defer { state.withLockedValue { $0.disturbances.append(begin...max(begin, Date().milliseconds)) } }
        try await body()
    }

    /// The ledgers without what was sent and what the queue delivered.
    func ledgers(isClockMoved: Bool) -> Ledgers {
        state.withLockedValue { state in
            var ledgers = Ledgers()
            ledgers.kills = state.kills
            ledgers.disturbances = state.disturbances
            ledgers.isClockMoved = isClockMoved
            ledgers.lost = state.lost
            ledgers.numberKept = numberKept?.inMilliseconds
            ledgers.terminalLife = Self.terminalLife.inMilliseconds
            return ledgers
        }
    }
}

extension Duration {
    /// As the configuration writes it.
    fileprivate var text: String { "\(inMilliseconds)ms" }
}
