// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// Puts counters, the store's census and the connections' states into one page for Prometheus.
struct Exposition: Sendable {
    let metrics: Metrics
    let readiness: Readiness
    let store: any StoreReading
    let deadLetters: AMQPPublisher
    let replies: AMQPPublisher
    let control: AMQPConsumer
    let outboxAge: @Sendable () -> Duration
    let queueLoads: @Sendable () -> [QueueWatch.Queue: QueueLoad]
    let clock: @Sendable () -> Timestamp
    let logger: Logger

    func text() async -> String {
        var page = PrometheusText()
        page.write(metrics)
        page.gauge(
            "ready",
            "Whether callbacks are accepted and commands taken.",
            [
                .init(readiness.acceptsCallbacks ? 1 : 0, ("condition", "callbacks")),
                .init(readiness.takesCommands ? 1 : 0, ("condition", "commands")),
            ]
        )
        writeConnections(&page)
        page.counter(
            "log_lines_dropped_total",
            "Lines of the log that nothing read in time.",
            [.init(Double(LogQueue.standardError.dropped))]
        )
        writeField(&page)
        writeQueues(&page)
        await writeCensus(&page)
        writeProcess(&page)
        page.gauge("build_info", "The program.", [.init(1, ("version", BuildInfo.version))])
        return page.text
    }

    private func writeField(_ page: inout PrometheusText) {
        let field = readiness.field
        page.gauge(
            "sales_without_callback",
            "Sales in a row that a question of the bridge decided, because no callback came.",
            [.init(Double(field.callbacks.salesWithoutCallback))]
        )
        page.gauge(
            "terminal_clocks_off",
            "Terminals whose latest sale showed a clock that is off by more than journal.clockTolerance.",
            [.init(Double(field.clocks.count))]
        )
        page.counter(
            "numbers_repeated_total",
            "Numbers of Getnet's that named a final transaction and then another one.",
            [.init(Double(field.numbers.count))]
        )
    }

    private func writeConnections(_ page: inout PrometheusText) {
        let consumers = [("commands", readiness.commands.snapshot), ("control", control.snapshot)]
        let publishers = [
            ("events", readiness.events.snapshot), ("dead_letters", deadLetters.snapshot),
            ("replies", replies.snapshot),
        ]
        var connected: [PrometheusText.Sample] = []
        var blocked: [PrometheusText.Sample] = []
        var reconnects: [PrometheusText.Sample] = []
        for (role, consumer) in consumers {
            connected.append(.init(consumer.state.isConnected ? 1 : 0, ("role", role)))
            reconnects.append(.init(Double(consumer.reconnects), ("role", role)))
        }
        for (role, publisher) in publishers {
            var isBlocked = false
            if case .blocked = publisher.state { isBlocked = true }
            connected.append(.init(publisher.state == .connected || isBlocked ? 1 : 0, ("role", role)))
            blocked.append(.init(isBlocked ? 1 : 0, ("role", role)))
            reconnects.append(.init(Double(publisher.reconnects), ("role", role)))
        }
        page.gauge("amqp_connected", "Whether the connection to the broker stands.", connected)
        page.gauge("amqp_blocked", "Whether the broker blocks the connection.", blocked)
        page.counter("amqp_reconnects_total", "Connections to the broker that had to be made again.", reconnects)
    }

    private func writeQueues(_ page: inout PrometheusText) {
        let loads = queueLoads()
        let queues = QueueWatch.Queue.allCases
        page.gauge(
            "queue_length",
            "What waits between two parts of the bridge.",
            queues.map { .init(Double(loads[$0]?.count ?? 0), ("queue", $0.rawValue)) }
        )
        page.gauge(
            "queue_oldest_seconds",
            "How long the oldest of it has waited.",
            queues.map { .init(Double((loads[$0]?.age ?? .zero).milliseconds) / 1_000, ("queue", $0.rawValue)) }
        )
    }

    private func writeCensus(_ page: inout PrometheusText) async {
        let census: StoreCensus
        do {
            census = try await store.census()
        } catch {
            logger.warning(
                "the store's figures cannot be read; their metrics are left out",
                metadata: [LogKey.error: "\(error)"]
            )
            return
        }
        let now = clock()
        func age(_ since: Timestamp?) -> Double {
            since.map { Double(max((now - $0).milliseconds, 0)) / 1_000 } ?? 0
        }
        let open = TransactionStatus.allCases.filter { !$0.isFinal }
        page.gauge(
            "transactions",
            "Unfinished transactions by status.",
            open.map { .init(Double(census.unfinished[$0] ?? 0), ("status", $0.rawValue)) }
        )
        page.gauge(
            "in_doubt",
            "Transactions in doubt: the bridge still finds out, or a person must.",
            [
                .init(
                    Double((census.unfinished[.inDoubt] ?? 0) - census.doubtsForOperator),
                    ("stage", "automatic")
                ),
                .init(Double(census.doubtsForOperator), ("stage", "operator")),
            ]
        )
        page.gauge(
            "open_contradictions",
            "Contradictions that are not settled.",
            [.init(Double(census.openContradictions))]
        )
        page.gauge(
            "waiting_oldest_seconds",
            "How long the oldest accepted command has waited to be sent.",
            [.init(age(census.oldestWaiting))]
        )
        page.gauge("in_doubt_oldest_seconds", "Age of the oldest doubt.", [.init(age(census.oldestDoubt))])
        page.gauge("outbox_events", "Entries that wait to be published.", [.init(Double(census.pendingEntries))])
        // By a clock that does not jump.
        let oldest = Double(outboxAge().milliseconds) / 1_000
        page.gauge("outbox_oldest_seconds", "Age of the oldest of them.", [.init(oldest)])
        page.counter("store_commits_total", "Commits, each of them one sync.", [.init(Double(census.commits))])
        page.gauge("store_bytes", "Size of the store and its log.", [.init(Double(census.bytes))])
    }

    private func writeProcess(_ page: inout PrometheusText) {
        guard let process = ProcessStatistics.read() else { return }
        page.foreign("process_cpu_seconds_total", "Processor time.", "counter", process.processorSeconds)
        page.foreign("process_resident_memory_bytes", "Resident memory.", "gauge", Double(process.residentBytes))
        page.foreign("process_virtual_memory_bytes", "Virtual memory.", "gauge", Double(process.virtualBytes))
        page.foreign("process_open_fds", "Open file descriptors.", "gauge", Double(process.openDescriptors))
    }
}

extension AMQPConsumerState {
    /// Whether there is a connection, even if nothing comes over it.
    fileprivate var isConnected: Bool {
        switch self {
        case .consuming, .paused, .notOwner, .unavailable: true
        case .connecting, .closed: false
        }
    }
}
