// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import NIOConcurrencyHelpers

/// Counts and measures what the pipes do; `/metrics` reads it.
///
/// Our own because no exposition for swift-metrics can be had here (`docs/decisions/0004-metrics.md`).
final class Metrics: Sendable {
    /// One labelled time series.
    struct Series<Family: Hashable & Sendable>: Hashable, Sendable {
        let family: Family
        let labels: [String]
    }

    /// Counts per bucket, sum and number of observations.
    struct Distribution: Sendable {
        private(set) var counts: [Int]
        private(set) var sum = 0.0
        private(set) var count = 0

        init(buckets: Int) {
            counts = Array(repeating: 0, count: buckets)
        }

        /// Enters a measurement, above every bucket where there is none for it.
        mutating func add(_ value: Double, to bucket: Int?) {
            if let bucket { counts[bucket] += 1 }
            sum += value
            count += 1
        }
    }

    /// More series than this are a fault of ours; they are not kept.
    static let seriesLimit = 2_000

    private struct State {
        var counters: [Series<Counter>: Int] = [:]
        var distributions: [Series<Histogram>: Distribution] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Adds to a counter.
    func increment(_ counter: Counter, _ labels: String..., by amount: Int = 1) {
        precondition(labels.count == counter.labels.count, "\(counter) has the labels \(counter.labels)")
        let series = Series(family: counter, labels: labels)
        state.withLockedValue { state in
            guard state.counters.count < Self.seriesLimit || state.counters[series] != nil else { return }
            state.counters[series, default: 0] += amount
        }
    }

    /// Enters a measurement.
    func observe(_ histogram: Histogram, _ labels: String..., took duration: Duration) {
        precondition(labels.count == histogram.labels.count, "\(histogram) has the labels \(histogram.labels)")
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let series = Series(family: histogram, labels: labels)
        let buckets = histogram.buckets
        state.withLockedValue { state in
            // In place: taken out and put back, every measurement would copy the counts.
            state.distributions[series, default: Distribution(buckets: buckets.count)].add(
                seconds,
                to: buckets.firstIndex { seconds <= $0 }
            )
        }
    }

    /// Counts what a transition did.
    func count(_ transition: Transition) {
        let transaction = transition.transaction
        let type = transaction.command.content.type.rawValue
        for draft in transition.events {
            switch draft.occasion {
            case .contradiction: increment(.contradictions)
            // Tells nothing new of the sale itself.
            case .amendments: break
            case .status:
                increment(.transactions, type, draft.snapshot.status.rawValue)
                measure(draft.snapshot, type)
            }
        }
        if let finding = transition.finding { increment(.findings, finding.rawValue) }
    }

    /// Counts a request to Getnet.
    func count(_ operation: CloudOperation, _ outcome: CloudRequestOutcome, _ duration: Duration) {
        increment(.cloudRequests, operation.rawValue, outcome.rawValue)
        observe(.cloudRequestDuration, operation.rawValue, took: duration)
    }

    private func measure(_ transaction: Transaction, _ type: String) {
        if transaction.status == .submitted, let submittedAt = transaction.posting.acknowledgedAt {
            observe(.transactionDuration, type, "submit", took: submittedAt - transaction.acceptedAt)
        }
        if transaction.status.isFinal, let completedAt = transaction.outcome.completedAt {
            observe(.transactionDuration, type, "total", took: completedAt - transaction.acceptedAt)
            if let submittedAt = transaction.posting.acknowledgedAt {
                observe(.transactionDuration, type, "terminal", took: completedAt - submittedAt)
            }
        }
    }

    /// How things stand now.
    func snapshot() -> (counters: [Series<Counter>: Int], distributions: [Series<Histogram>: Distribution]) {
        state.withLockedValue { ($0.counters, $0.distributions) }
    }
}
