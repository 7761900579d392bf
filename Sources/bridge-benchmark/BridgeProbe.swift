// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Foundation
internal import GetnetSimulator
internal import NIOCore
internal import NIOHTTP1

/// Reads what a bridge and its simulated cloud say about a run: metrics, ledger.
struct BridgeProbe: Sendable {
    private static let pageSize = 1_000
    private static let answerLimit = 16 * 1_024 * 1_024
    private static let patience = Duration.seconds(60)

    let health: String
    let simulator: String
    private let client = HTTPClient()

    init(health: String, simulator: String) {
        self.health = health
        self.simulator = simulator
    }

    /// Does a piece of work and ends the connections.
    func withClient(_ work: (BridgeProbe) async throws -> Void) async throws {
        do {
            try await work(self)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func get(_ url: String) async throws -> Data {
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
        guard response.status == .ok else { throw Failed(description: "\(url) answers \(response.status.code)") }
        return Data(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
    }

    // MARK: - Metrics

    private func metric(_ name: String) async throws -> Double {
        let text = String(decoding: try await get(health + "/metrics"), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("getnet_bridge_\(name) ") }
        guard let value = line?.split(separator: " ").last.flatMap({ Double($0) }) else {
            throw Failed(description: "no metric \(name)")
        }
        return value
    }

    /// Commits of the store since it was opened.
    func commits() async throws -> Double {
        try await metric("store_commits_total")
    }

    /// Returns once every event is confirmed and settled.
    func untilOutboxIsEmpty() async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await metric("outbox_events") > 0 {
            guard ContinuousClock.now < deadline else { throw Failed(description: "the outbox does not drain") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    // MARK: - Ledger

    /// How many sales were POSTed so far.
    func postsSoFar() async throws -> Int {
        try await summary().posts
    }

    private func summary() async throws -> LedgerSummary {
        try JSONDecoder().decode(LedgerSummary.self, from: try await get(simulator + "/simulator/ledger/summary"))
    }

    /// How long each callback waited for its answer, in milliseconds, as the cloud saw it.
    func callbackAnswers(from post: Int) async throws -> [Double] {
        let summary = try await summary()
        guard summary.repeatedSales == 0, summary.dropped == 0, summary.faultyRequests == 0 else {
            throw Failed(description: "the simulator is not content: \(summary)")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var next = post
        var samples: [Double] = []
        while true {
            let url = "\(simulator)/simulator/ledger?from=\(next)&limit=\(Self.pageSize)"
            let page = try decoder.decode([LedgerEntry].self, from: try await get(url))
            guard let last = page.last else { return samples }
            next = last.number + 1
            for callback in page.flatMap(\.callbacks) {
                guard callback.status == 200 else { throw Failed(description: "a callback was answered \(callback)") }
                samples.append(callback.seconds * 1_000)
            }
        }
    }
}
