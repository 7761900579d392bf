// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import CorrelationStoreSQLite
internal import Foundation
internal import GRDBSQLite

/// SQLite doing nothing else than the five commits of charges: the store's schema and statements, constant values.
struct StoreFloor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Make the five commits of charges with SQLite alone; print what a charge's share uses."
    )

    @Option(help: "A file that is made for this, beside the bridge's store.")
    var path: String

    @Option(help: "How many charges.")
    var transactions: Int

    @Option(help: "How many charges share a commit.")
    var batch: Int

    func run() async throws {
        try SQLiteStore(path: path).create(
            for: Accounts(Account(name: "main", profile: .chile, environment: "uat"))
        )
        let floor = try StoreFloorConnection(path: path)
        // What the values hold is made beforehand: only SQLite is measured.
        let charges = (0..<transactions).map(FloorCharge.init)
        let start = ContinuousClock.now
        let before = ProcessReading.ownProcessorMicroseconds()
        var next = 0
        while next < transactions {
            let end = min(next + batch, transactions)
            try floor.commitAll(charges[next..<end])
            next = end
        }
        let after = ProcessReading.ownProcessorMicroseconds()
        figure("store_us", (after - before) / Double(transactions))
        figure("store_rate", Double(transactions) / ((ContinuousClock.now - start) / .seconds(1)))
        floor.close()
    }
}

/// The texts of one charge, as the bridge would store them.
struct FloorCharge {
    let number: Int64
    let id: String
    /// Its own, as long as it is unfinished.
    let terminal: String
    let command: String
    let reference: String
    let idPosTxs: String
    let claim: String

    init(_ number: Int) {
        self.number = Int64(number)
        let digits = String(number)
        id = String(repeating: "0", count: 24 - digits.count) + digits
        terminal = String(80_000_000 + number % 1_000)
        command = UUID().uuidString.lowercased()
        reference = "A\(number)"
        idPosTxs = String(900_000 + number)
        claim = "80005000|\(number)|010929|2026-11-22 07:12:31"
    }
}
