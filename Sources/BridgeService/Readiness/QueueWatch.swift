// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// Says in the log which queue stands still, once when it begins and once when it is over.
///
/// The store's queue and the outbox have watches of their own, which also hold commands back (`StoreWatch`,
/// `OutboxWatch`).
struct QueueWatch: Watch {
    /// A queue between two parts of the bridge.
    enum Queue: String, CaseIterable, Sendable {
        /// Changes that are not durable yet.
        case store
        /// Events that are not published yet.
        case outbox
        /// Callbacks that are not answered yet.
        case callbacks
        /// Commands whose terminal is free, before their POST.
        case submissions
        /// The same for commands that may take as long as a terminal does.
        case slowSubmissions = "slow_submissions"
        /// Cancels before they are sent.
        case cancels
        /// Journals before they are read.
        case journals
        /// Status queries before they are sent.
        case queries
        /// Copies of events for the queues that publishers named.
        case replies

        /// From this age of its oldest piece on the log says so.
        ///
        /// As long as a healthy bridge may take: a slow command and a journal may wait behind the life of another
        /// terminal.
        var limit: Duration {
            switch self {
            case .store, .callbacks: StoreWatch.longestCommit
            case .outbox, .submissions, .cancels, .replies: .seconds(30)
            case .queries: .seconds(300)
            case .slowSubmissions, .journals: .seconds(900)
            }
        }
    }

    /// How often it looks.
    static let interval = Duration.seconds(1)

    let loads: @Sendable () -> [Queue: QueueLoad]
    let logger: Logger
    private let late = NIOLockedValueBox<Set<Queue>>([])

    init(loads: @escaping @Sendable () -> [Queue: QueueLoad], logger: Logger) {
        self.loads = loads
        self.logger = logger
    }

    func look() {
        for (queue, load) in loads() where queue != .store && queue != .outbox {
            let isLate = load.age > queue.limit
            let changed = late.withLockedValue { late in
                isLate ? late.insert(queue).inserted : late.remove(queue) != nil
            }
            guard changed else { continue }
            let metadata: Logger.Metadata = [
                LogKey.queue: "\(queue.rawValue)", LogKey.count: "\(load.count)", LogKey.age: "\(load.age)",
            ]
            if isLate {
                logger.warning("a queue stands still", metadata: metadata)
            } else {
                logger.info("a queue moves again", metadata: metadata)
            }
        }
    }
}
