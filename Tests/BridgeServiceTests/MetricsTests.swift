// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeService

@Suite("Metrics page")
struct MetricsTests {
    @Test func `counters and histograms stand in Prometheus' text format`() {
        let metrics = Metrics()
        metrics.increment(.callbacks, "taken")
        metrics.increment(.callbacks, "taken")
        metrics.observe(.storeCommit, took: .milliseconds(2))
        metrics.observe(.storeCommit, took: .seconds(10))
        var page = PrometheusText()
        page.write(metrics)
        let lines = page.text.split(separator: "\n")
        #expect(lines.contains("# TYPE getnet_bridge_callbacks_total counter"))
        #expect(lines.contains("getnet_bridge_callbacks_total{outcome=\"taken\"} 2"))
        #expect(lines.contains("getnet_bridge_store_commit_seconds_bucket{le=\"0.0025\"} 1"))
        #expect(lines.contains("getnet_bridge_store_commit_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("getnet_bridge_store_commit_seconds_sum 10.002"))
        #expect(lines.contains("getnet_bridge_store_commit_seconds_count 2"))
    }

    @Test func `a counter without labels is there before it counts`() {
        var page = PrometheusText()
        page.write(Metrics())
        #expect(page.text.contains("getnet_bridge_contradictions_total 0\n"))
    }

    @Test func `label values cannot break the format`() {
        var page = PrometheusText()
        page.gauge("ready", "Help.", [.init(1, ("condition", "a\"b\\c\nd"))])
        #expect(page.text.contains("getnet_bridge_ready{condition=\"a\\\"b\\\\c\\nd\"} 1\n"))
    }

    @Test func `the kernel's figures of this process are there`() throws {
        let statistics = try #require(ProcessStatistics.read())
        #expect(statistics.residentBytes > 1_000_000)
        #expect(statistics.openDescriptors > 0)
    }
}

@Suite("Query budget")
struct QueryBudgetTests {
    @Test func `gives out instants that are apart by its interval`() {
        let budget = QueryBudget(queriesPerSecond: 10)
        let instants = (0..<5).map { _ in budget.next() }
        for (earlier, later) in zip(instants, instants.dropFirst()) {
            #expect(earlier.duration(to: later) >= .milliseconds(100))
        }
    }
}
