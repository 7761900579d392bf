// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Logging
import Rig

/// What one run came to.
struct RunOutcome: Sendable {
    var seed: UInt64
    var charges = 0
    var followUps = 0
    var transactions = 0
    var posts = 0
    var doubts = 0
    var readings = 0
    var byJournal = 0
    var deliveries = 0
    var disturbances: [String: Int] = [:]
    var violations: [Violation] = []
    var took: Duration = .zero
    /// Why it could not be played to its end; `nil` if it was.
    var failure: String?

    var isRight: Bool { violations.isEmpty && failure == nil }
}

/// One run: the plan is played on a site, the site comes to rest, the judge compares the ledgers.
struct SelfTestRun: Sendable {
    /// How long the last charge may take to come to rest.
    ///
    /// An account may be held three times in a run, each time for up to half a minute.
    private static let patience = Duration.seconds(180)
    /// How long an account is left alone, and a little more.
    ///
    /// That happens the second time in a row that the cloud keeps it from charging.
    private static let longestHold = Duration.seconds(12)
    /// How long the second queue of events is read, and how long it must be silent.
    private static let witnessLimit = Duration.seconds(30)
    private static let witnessSilence = Duration.seconds(2)
    private static let logger = Logger(label: "selftest") { _ in SwiftLogNoOpLogHandler() }

    let plan: RunPlan
    let broker: PrivateBroker
    let folder: URL

    /// Plays the plan and judges it.
    func play() async -> RunOutcome {
        var outcome = RunOutcome(seed: plan.seed)
        let begin = ContinuousClock.now
        let virtualHost = "selftest-\(plan.seed)-\(UUID().uuidString.prefix(8))"
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try await broker.settings.makeVirtualHost(virtualHost)
            try await EventQueue.declare(at: broker.settings.endpoint(virtualHost: virtualHost))
            try await EventQueue.declareWitness(at: broker.settings.endpoint(virtualHost: virtualHost))
            if plan.hasFullQueue {
                try await EventQueue.declareFull(at: broker.settings.endpoint(virtualHost: virtualHost))
            }
            try await play(in: virtualHost, &outcome)
        } catch {
            outcome.failure = "\(error)"
        }
        // What is left of it disturbs no later run.
        try? await broker.settings.deleteVirtualHost(virtualHost)
        outcome.took = begin.duration(to: .now)
        return outcome
    }

    private func play(in virtualHost: String, _ outcome: inout RunOutcome) async throws {
        let simulator = try await SimulatorProcess.start(
            port: try LoopbackPort.free(),
            seed: plan.seed,
            timeScale: RunSite.timeScale,
            faults: plan.faults,
            words: simulatorWords,
            output: folder.appendingPathComponent("simulator.log")
        )
        let callbackPort = try LoopbackPort.free()
        let port = broker.settings.port
        do {
            outcome = try await FaultProxy.use(to: port) { [outcome] toBroker in
                try await FaultProxy.use(to: simulator.port) { toCloud in
                    try await FaultProxy.use(to: callbackPort) { toCallbacks in
                        let links = RunSite.Links(
                            broker: toBroker,
                            cloud: toCloud,
                            callbacks: toCallbacks,
                            callbackPort: callbackPort
                        )
                        return try await play(in: virtualHost, links, simulator, outcome)
                    }
                }
            }
        } catch {
            try? await simulator.process.killAndWait()
            throw error
        }
    }

    private func play(
        in virtualHost: String,
        _ links: RunSite.Links,
        _ simulator: SimulatorProcess,
        _ outcome: RunOutcome
    ) async throws -> RunOutcome {
        let site = try RunSite(
            broker: broker,
            virtualHost: virtualHost,
            folder: folder,
            links: links,
            simulator: simulator,
            plan: plan
        )
        let endpoint = broker.settings.endpoint(virtualHost: virtualHost)
        let events = EventQueue(endpoint, logger: Self.logger)
        let publisher = AMQPPublisher(endpoint: endpoint, name: "selftest caller", logger: Self.logger)
        let result: Result<RunOutcome, any Error>
        do {
            let played = try await withRunning({ await events.run() }) {
                try await withRunning({ await publisher.run() }) {
                    try await play(on: site, events, CommandSender(publisher: publisher), outcome)
                }
            }
            result = .success(played)
        } catch {
            result = .failure(error)
        }
        await site.clear()
        return try result.get()
    }

    private func play(
        on site: RunSite,
        _ events: EventQueue,
        _ sender: CommandSender,
        _ outcome: RunOutcome
    ) async throws -> RunOutcome {
        var outcome = outcome
        if plan.special == .clockMoved { try site.moveClock(0) }
        try site.startBridge()
        try await site.bridge?.ready(orHeld: true)
        async let disturbed = site.disturb(plan.disturbances)
        async let followed = sendFollowUps(by: sender, events)
        try await send(by: sender)
        let hasty = try await followed
        outcome.disturbances = try await disturbed
        if plan.special == .clockMoved { try site.moveClock(0) }
        try await site.bridge?.ready(orHeld: true)
        let isAtRest = await awaitRest(site, events)
        if let exit = try await site.bridge?.terminate(), exit != .status(0) {
            outcome.failure = "the bridge did not stop in order: \(exit)"
        }
        var ledgers = try await ledgers(site, events, hasty: hasty)
        if !ledgers.undelivered.isEmpty { ledgers.witnessed = try await witnessed(site) }
        outcome.violations = Judge(ledgers).violations()
        if !outcome.violations.isEmpty { await site.simulator.keep(in: folder) }
        if !isAtRest, outcome.violations.isEmpty { outcome.failure = "it did not come to rest" }
        outcome.charges = plan.orders.count
        outcome.followUps = Set(plan.followUps.map(\.followUp.commandID)).count
        outcome.transactions = ledgers.store.transactions.count
        outcome.posts = ledgers.posts.count
        outcome.readings = ledgers.readings?.count ?? 0
        outcome.byJournal = ledgers.store.transactions.count { $0.decidedBy == "journal" }
        outcome.doubts = ledgers.store.transactions.count { $0.status == "in_doubt" }
        outcome.deliveries = events.events.count
        return outcome
    }

    private func send(by sender: CommandSender) async throws {
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sending in plan.sendings {
                group.addTask {
                    try await Task.sleep(until: begin + sending.at, clock: .continuous)
                    try await sender.send(sending.order)
                }
            }
            try await group.waitForAll()
        }
    }

    private func ledgers(_ site: RunSite, _ events: EventQueue, hasty: Set<String>) async throws -> Ledgers {
        var ledgers = site.ledgers(isClockMoved: plan.special == .clockMoved)
        ledgers.orders = plan.orders
        let sent = plan.sendings.map(\.order.commandID) + plan.followUps.map(\.followUp.commandID)
        ledgers.sentAgain = Set(Dictionary(grouping: sent) { $0 }.filter { $0.value.count > 1 }.keys)
        ledgers.followUps = followUps(hasty: hasty)
        (ledgers.posts, ledgers.cancels) = try await site.simulator.postsAndCancels()
        ledgers.readings = try await site.simulator.readings()
        ledgers.closedTerminals = try await site.simulator.closedTerminals()
        ledgers.events = events.events
        ledgers.store = try StoreReader.read(site.settings.storePath)
        let second = site.folder.appendingPathComponent("second/store.db").path
        if FileManager.default.fileExists(atPath: second) {
            // It took nothing, so nothing is added.
            ledgers.store.transactions += try StoreReader.read(second).transactions
        }
        return ledgers
    }

    /// What the second queue of all events holds.
    private func witnessed(_ site: RunSite) async throws -> Set<String> {
        let endpoint = broker.settings.endpoint(virtualHost: site.virtualHost)
        let witness = EventQueue(endpoint, queue: EventQueue.witness, logger: Self.logger)
        return try await withRunning({ await witness.run() }) {
            let deadline = ContinuousClock.now + Self.witnessLimit
            while ContinuousClock.now < deadline, witness.silence < Self.witnessSilence {
                do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
            }
            return Set(witness.events.map(\.id))
        }
    }

    /// Waits until every order is final, refused, or in a doubt that cannot be lifted, and nothing comes any more.
    private func awaitRest(_ site: RunSite, _ events: EventQueue) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            switch restlessness(events) {
            case .none: if events.silence > .milliseconds(400) { return true }
            // Doubt may still be lifted: by a callback, by the journal at the end of the terminal's life.
            case .doubt: if events.silence > RunSite.terminalLife + .seconds(1) { return true }
            case .held: if events.silence > Self.longestHold { return true }
            case .open: break
            }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                return false
            }
        }
        return false
    }

    private enum Restlessness { case none, doubt, held, open }

    private func restlessness(_ events: EventQueue) -> Restlessness {
        let latest = events.latest
        // Of two rivals with one id the other one's events come after the refusal, or go before it.
        let wanted = plan.orders.map(\.commandID) + followUps().filter { $0.verb != .cancel }.map(\.commandID)
        let rest = wanted.filter { commandID in
            guard let event = latest[commandID] else { return true }
            return !event.isFinal && event.name != "rejected"
        }
        if rest.isEmpty { return .none }
        // What a lost store began may never be told of again.
        if rest.allSatisfy({ latest[$0]?.status == "in_doubt" }) { return .doubt }
        guard plan.special == .backupRestored else { return .open }
        return rest.contains { latest[$0]?.status == "waiting" } ? .held : .doubt
    }
}
