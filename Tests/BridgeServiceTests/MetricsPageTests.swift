// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetCloud
import TestSupport
import Testing

@testable import BridgeService

/// The table of metrics in docs/operations.md holds what the bridge counts.
@Suite("The page of metrics")
struct MetricsPageTests {
    /// The first two columns of the table, by the names that stand in the first one.
    private static func rows() throws -> [String: String] {
        let page = try DocumentedPage("docs/operations.md")
        let table = page.text.split(separator: "\n").drop { $0 != "## Metrics" }.dropFirst()
            .prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| `") }
        return table.reduce(into: [:]) { rows, line in
            let cells = line.split(separator: "|").map(String.init)
            let names = cells[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            for name in names { rows[String(name)] = cells.count > 1 ? cells[1] : "" }
        }
    }

    @Test func `has every counter and every histogram, each with its labels`() throws {
        let rows = try Self.rows()
        let all =
            Counter.allCases.map { ($0.rawValue, $0.labels) } + Histogram.allCases.map { ($0.rawValue, $0.labels) }
        for (name, labels) in all {
            let row = try #require(rows[name], "docs/operations.md does not name \(name)")
            for label in labels { #expect(row.contains("`\(label)`"), "\(name): \(label)") }
        }
    }

    @Test func `has every value of a label that the code lists`() throws {
        let rows = try Self.rows()
        // A person's decision is no piece that is counted, and an acknowledgement is counted with its request.
        let sources: [EvidenceSource] = [.callback, .query, .journal]
        let values: [(String, [String])] = [
            ("callbacks_total", CallbackOutcome.allCases.map(\.rawValue)),
            ("cloud_requests_total", CloudOperation.allCases.map(\.rawValue)),
            ("cloud_requests_total", CloudRequestOutcome.allCases.map(\.rawValue)),
            ("evidence_total", sources.map(\.rawValue)),
            ("findings_total", Transition.Finding.allCases.map(\.rawValue)),
            ("queue_length", QueueWatch.Queue.allCases.map(\.rawValue)),
        ]
        for (name, words) in values {
            let row = try #require(rows[name])
            for word in words { #expect(row.contains("`\(word)`"), "\(name): \(word)") }
        }
    }
}
