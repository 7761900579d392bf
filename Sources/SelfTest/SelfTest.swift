// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

#if canImport(Glibc)
    import Glibc
#endif

/// Plays charges against the built program under every disturbance, and compares what terminals, table and queues say.
///
/// Each run follows from its seed alone, but for the machine's timing. `docs/selftest.md` tells how to read its
/// findings.
public struct SelfTest: Sendable {
    /// What is played.
    public struct Options: Sendable {
        /// The seeds, one run each.
        public var seeds: [UInt64]
        /// Charges of one run.
        public var charges: Int
        /// Terminals of one run.
        public var terminals: Int
        /// After this time no run is begun; `nil`: all seeds.
        public var limit: Duration?
        /// The data folder of a broker that runs; `nil`: one is started and stopped.
        public var broker: String?
        /// Whether the files of runs that failed stay.
        public var keepsFiles: Bool
        /// Whether the first run that fails is the last one.
        public var endsAtFailure = false

        /// Creates what is played.
        ///
        /// - Parameters:
        ///   - seeds: one run each.
        ///   - charges: of one run.
        ///   - terminals: of one run.
        ///   - limit: after it no run is begun.
        ///   - broker: the data folder of a broker that runs.
        ///   - keepsFiles: whether the files of runs that failed stay.
        public init(
            seeds: [UInt64],
            charges: Int = 24,
            terminals: Int = 8,
            limit: Duration? = nil,
            broker: String? = nil,
            keepsFiles: Bool = false
        ) {
            self.seeds = seeds
            self.charges = charges
            self.terminals = terminals
            self.limit = limit
            self.broker = broker
            self.keepsFiles = keepsFiles
        }
    }

    /// How many seeds a run without an explicit number has.
    public static let usualSeeds = 20

    private let options: Options
    private let folder: URL

    /// A self-test; nothing is started yet.
    public init(_ options: Options) {
        self.options = options
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "selftest-\(UUID().uuidString.prefix(8))"
        )
    }

    /// Plays all runs.
    ///
    /// - Parameter progress: told of each run once it has ended.
    /// - Returns: what all runs came to.
    /// - Throws: where there is no broker, or the caller was cancelled.
    public func run(_ progress: (RunReport) throws -> Void) async throws -> SelfTestReport {
        // A child whose disk is full is to be told so, not killed; it inherits this.
        _ = signal(SIGXFSZ, SIG_IGN)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let broker = try await openBroker()
        let result: Result<SelfTestReport, any Error>
        do {
            result = .success(try await play(broker, progress))
        } catch {
            result = .failure(error)
        }
        // In a task of its own: a cancelled caller stops the broker all the same, and waits for it.
        if options.broker == nil { await Task { try? await broker.stop() }.value }
        let isKept = options.keepsFiles && (try? result.get().isRight) != true
        if !isKept { try? FileManager.default.removeItem(at: folder) }
        return try result.get()
    }

    private func openBroker() async throws -> PrivateBroker {
        if let data = options.broker { return PrivateBroker(try BrokerSettings(data: data)) }
        let broker = PrivateBroker(try BrokerSettings.make(in: folder.appendingPathComponent("broker").path))
        try await broker.start()
        return broker
    }

    private func play(_ broker: PrivateBroker, _ progress: (RunReport) throws -> Void) async throws -> SelfTestReport {
        var report = SelfTestReport()
        let begin = ContinuousClock.now
        let size = RunPlan.Size(charges: options.charges, terminals: options.terminals)
        for seed in options.seeds {
            try Task.checkCancellation()
            if let limit = options.limit, begin.duration(to: .now) >= limit { break }
            let place = folder.appendingPathComponent("seed-\(seed)")
            let run = SelfTestRun(plan: RunPlan(seed: seed, size: size), broker: broker, folder: place)
            let outcome = await run.play()
            try Task.checkCancellation()
            let isKept = options.keepsFiles && !outcome.isRight
            if !isKept { try? FileManager.default.removeItem(at: place) }
            let reported = RunReport(outcome, run.plan, files: isKept ? place.path : nil)
            report.add(reported)
            try progress(reported)
            if options.endsAtFailure, !reported.isRight { break }
        }
        report.seconds = begin.duration(to: .now) / .seconds(1)
        return report
    }
}
