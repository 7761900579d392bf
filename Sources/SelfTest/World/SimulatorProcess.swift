// SPDX-License-Identifier: Apache-2.0

import Foundation

/// `getnet-bridge simulate` as a process of its own, and its ledger.
struct SimulatorProcess: Sendable {
    /// The simulator's counts over a run.
    struct Summary: Decodable, Equatable {
        let posts: Int
        let sales: Int
        let repeatedSales: Int
        let faultyRequests: Int
        let dropped: Int
    }

    /// 90 s are 900 ms, a terminal's five minutes 3 s.
    static let timeScale = 0.01
    /// What its only client logs in with.
    static let clientSecret = "demo+secret/2026=="
    private static let page = 1_000

    let port: Int
    let process: ChildProcess

    /// Starts a simulator and waits until it answers.
    static func start(
        port: Int,
        seed: UInt64 = 1,
        timeScale: Double = timeScale,
        faults: [String: Double] = [:],
        words: [String] = [],
        output: URL
    ) async throws -> SimulatorProcess {
        var arguments = ["simulate", "--port", "\(port)", "--time-scale", "\(timeScale)", "--seed", "\(seed)"] + words
        arguments += ["--fault-seed", "\(seed)"]
        for fault in faults.sorted(by: { $0.key < $1.key }) { arguments += ["--fault", "\(fault.key)=\(fault.value)"] }
        let process = try ChildProcess(arguments, output: output)
        let simulator = SimulatorProcess(port: port, process: process)
        try await process.eventually("the simulator answers") {
            await simulator.http.status("/simulator/ledger/summary") == 200
        }
        return simulator
    }

    var http: LoopbackHTTP { LoopbackHTTP(port: port) }
    var baseURL: String { "http://127.0.0.1:\(port)/api" }

    /// The counts.
    func summary() async throws -> Summary {
        try JSONDecoder().decode(Summary.self, from: try await body("/simulator/ledger/summary"))
    }

    /// Every POST of a sale, oldest first.
    func posts() async throws -> [TerminalPost] {
        try await all(SaleEntry.self, "/simulator/ledger").map(\.post)
    }

    /// Every POST of a sale, a void or a refund, oldest first, and every cancel.
    func postsAndCancels() async throws -> (posts: [TerminalPost], cancels: [CancelPost]) {
        let sales = try await all(SaleEntry.self, "/simulator/ledger")
        let commands = try await all(CommandEntry.self, "/simulator/ledger/commands")
        let posts = sales.map(\.post) + commands.compactMap { $0.post(sales) }
        return (posts.sorted { $0.receivedAt < $1.receivedAt }, commands.compactMap(\.cancel))
    }

    /// Every reading of a terminal's journal, oldest first.
    func readings() async throws -> [JournalReading] {
        try await all(Read.self, "/simulator/ledger/journal").map(\.reading)
    }

    /// The terminals that have forgotten something.
    func closedTerminals() async throws -> Set<String> {
        Set(try await all(Batch.self, "/simulator/ledger/batches").map(\.idTerminal))
    }

    /// How many batches were closed.
    func closes() async throws -> Int { try await all(Batch.self, "/simulator/ledger/batches").count }

    private func all<Item: Decodable>(_ type: Item.Type, _ path: String) async throws -> [Item] {
        var items: [Item] = []
        while true {
            let page = try await body("\(path)?from=\(items.count)&limit=\(Self.page)")
            let more = try JSONDecoder().decode([Item].self, from: page)
            items += more
            if more.count < Self.page { return items }
        }
    }

    /// Writes the ledgers down as they are, for the person who looks for a fault.
    func keep(in folder: URL) async {
        for (name, path) in [("sales", ""), ("commands", "/commands"), ("journal", "/journal")] {
            let page = try? await body("/simulator/ledger\(path)?limit=\(Self.page)")
            try? page?.write(to: folder.appendingPathComponent("ledger-\(name).json"))
        }
    }

    /// Makes every token worthless, as a cloud does that was restarted.
    func revokeTokens() async { _ = await http.post("/simulator/tokens/revoke") }

    /// Lets the numbers of sales begin anew, as in a test environment that is set up anew.
    func beginNumbersAnew() async { _ = await http.post("/simulator/numbers/anew") }

    /// Answers everything of a kind alike for a while.
    func flood(_ kind: Disturbance.Flood, for length: Duration) async throws {
        let answer = kind == .sales ? "status=503" : "status=429&retryAfter=1"
        _ = await http.post("/simulator/floods/\(kind.rawValue)?\(answer)")
        // A cancelled caller ends the flood all the same.
        try? await Task.sleep(for: length)
        _ = await http.post("/simulator/floods/\(kind.rawValue)/end")
        try Task.checkCancellation()
    }

    private func body(_ path: String) async throws -> Data {
        guard let answer = await http.get(path), answer.status == 200 else {
            throw ChildProcess.Failed(description: "the simulator does not answer \(path)")
        }
        return Data(answer.text.utf8)
    }

    /// A reading of a terminal's journal as it is written.
    private struct Read: Decodable {
        struct Terminal: Decodable {
            let idTerminal: String
        }
        let terminal: Terminal?
        let startedAt: LedgerInstant
        let ending: String

        var reading: JournalReading {
            JournalReading(
                terminal: terminal?.idTerminal.uppercased() ?? "",
                startedAt: startedAt.milliseconds,
                isAnswered: ending == "answered"
            )
        }
    }

    /// A closed batch as it is written.
    private struct Batch: Decodable {
        let idTerminal: String
    }
}

extension Date {
    /// Milliseconds since 1970.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }
}
