// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeSettings
internal import GetnetCloud
internal import Logging
internal import NIOConcurrencyHelpers

/// The pipes between the store and one account's cloud: its own token, connections, workers and budget of queries.
struct AccountPipes {
    /// The account's name.
    let account: String
    let cloud: CloudClient
    let reconciler: Reconciler
    let journalReader: JournalReader
    let cancelSender: CancelSender
    let submitter: Submitter

    /// - Throws: `BridgeFault` where the cloud's address is none.
    init(
        _ settings: BridgeConfiguration.Cloud,
        _ common: CommonParts,
        callbackURL: CallbackURL
    ) throws {
        let (configuration, gate, metrics) = (common.configuration, common.gate, common.metrics)
        let (transitions, work, logger) = (common.transitions, common.work, common.logger)
        let account = configuration.account(of: settings)
        self.account = account.name
        Self.notePresumptions(of: account.profile, logger)
        cloud = try CloudClient(
            configuration: configuration.cloudConfiguration(of: settings),
            logger: logger,
            onRequest: { metrics.count($0, $1, $2) },
            onUnknownText: { metrics.increment(.unknownTexts, $0.rawValue) },
            onLoginTrouble: { metrics.increment(.loginFailures, $0.word) }
        )
        let lines = work.lines(of: account.name)
        lines.onProofByCallback { [cloud] in cloud.doubtEnded() }
        reconciler = Reconciler(
            transitions: transitions,
            clock: common.clock,
            line: lines.queries,
            cloud: cloud,
            metrics: metrics,
            budget: QueryBudget(queriesPerSecond: settings.queriesPerSecond),
            logger: logger
        )
        journalReader = JournalReader(
            transitions: transitions,
            work: work,
            line: lines.journals,
            gate: gate,
            cloud: cloud,
            profile: account.profile,
            retry: RetrySchedule(first: configuration.reconcile.interval, ceiling: JournalReader.longestWait),
            metrics: metrics,
            logger: logger
        )
        cancelSender = CancelSender(
            transitions: transitions,
            work: work,
            clock: common.clock,
            line: lines.cancels,
            gate: gate,
            cloud: cloud,
            logger: logger
        )
        submitter = Submitter(
            transitions: transitions,
            work: work,
            line: lines.submissions,
            slowLine: lines.slowSubmissions,
            gate: gate,
            cloud: cloud,
            callbackURL: callbackURL,
            workers: settings.maxConnections,
            slowWorkers: settings.synchronousConnections,
            logger: logger
        )
    }

    /// Logs what is only presumed about a country (docs/getnet.md 10.10).
    private static func notePresumptions(of profile: CountryProfile, _ logger: Logger) {
        let presumed = profile.commands.filter(\.value.isPresumed).keys.map(\.rawValue).sorted()
        guard !presumed.isEmpty else { return }
        logger.warning(
            "these commands are not documented for this country; they are sent as another country has them",
            metadata: [LogKey.reason: "\(profile.code): \(presumed.joined(separator: ", "))"]
        )
    }
}
