// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("Simulator: the journal over real sockets")
struct SimulatorJournalTests {
    /// POSTs a read; without a webhook the answer is held until the terminal has read.
    private func read(
        _ world: SimulatedWorld,
        _ command: JournalCommand,
        _ members: String = "",
        timeout: TimeAmount = .seconds(10)
    ) async throws -> SimulatedWorld.Answer {
        let body = """
            {"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234",\
            "command":\(command.number),"customId":"read-1"\(members)}
            """
        let headers = try await world.authorized(world.token())
        let url = world.baseURL + "/postxs/" + command.rawValue
        return try await world.send(.POST, url, headers, body: body, timeout: timeout)
    }

    /// Sells and waits until the terminal is free again.
    private func sell(_ world: SimulatedWorld, _ amount: Int) async throws {
        _ = try await world.sell(amount)
        try await world.eventually { try await read(world, .details).code == 1 }
    }

    @Test func `details is answered when the terminal has read, with the read's own ids`() async throws {
        try await SimulatedWorld.run { world in
            try await sell(world, 15_201)
            let begin = ContinuousClock.now
            let answer = try await read(world, .details)
            #expect(ContinuousClock.now - begin >= .milliseconds(2))
            #expect(answer.code == 1)
            #expect(answer.message == "TRANSACTION FINISHED")
            #expect(answer.data["customId"] as? String == "read-1")
            #expect(answer.data["idPosTxs"] is Int)
            let rows = try #require(answer.result["saleDetails"] as? [[String: Any]])
            #expect(rows.map { $0["amount"] as? Int } == [15_201])
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test func `a transaction is told with the ids of its sale`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sell(15_990, customID: "sale-7")
            let id = try #require(sale.data["idPosTxs"] as? Int)
            _ = try await world.callbacks(1)
            let answer = try await read(world, .getTransaction, ",\"idPosTxs\":\(id)")
            #expect(answer.data["idPosTxs"] as? Int == id)
            #expect(answer.data["customId"] as? String == "sale-7")
            #expect(answer.result["responseCode"] as? Int == 0)
            #expect(answer.result["ticket"] as? String == "A0001")
        }
    }

    @Test func `with a webhook a read is acknowledged and told by callback`() async throws {
        try await SimulatedWorld.run { world in
            try await sell(world, 15_201)
            let answer = try await read(world, .details, ",\"webhook\":\"\(world.webhook)\"")
            #expect(answer.message == "TRANSACTION SENT")
            let callback = try #require(try await world.callbacks(1).first)
            #expect(callback.data["idPosTxs"] as? Int == answer.data["idPosTxs"] as? Int)
            #expect((callback.result["saleDetails"] as? [Any])?.count == 1)
            try await world.eventually {
                world.simulator.ledger.journalReads().last?.callbacks.map(\.status) == [200]
            }
        }
    }

    @Test func `a verb that the country does not have is answered 404`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await read(world, .lastVoucher)
            #expect(answer.status == 404)
            #expect(world.simulator.ledger.faults.map(\.part) == ["verb"])
        }
        try await SimulatedWorld.run(.fast.with { $0.journalCommands = [.lastVoucher] }) { world in
            let known = try await read(world, .lastVoucher)
            #expect(known.result["responseCode"] as? Int == 1)
            let unknown = try await read(world, .details)
            #expect(unknown.status == 404)
        }
    }

    @Test func `a read with something wrong in it is refused and noted`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await read(world, .details, ",\"amount\":1")
            #expect(answer.status == 400)
            #expect(world.simulator.ledger.faults.map(\.part) == ["amount"])
            #expect(world.simulator.ledger.summary.journalReads == 0)
        }
    }

    @Test func `reads end as badly as they are told to`() async throws {
        try await SimulatedWorld.run { world in
            let controls = world.simulator.controls
            controls.spoilJournal(with: .journalReset, idTerminal: "80005000")
            await #expect(throws: (any Error).self) { _ = try await read(world, .details) }
            controls.spoilJournal(with: .journalNoAnswer, idTerminal: "80005000")
            try await world.eventually {
                do { return try await read(world, .details).code == 1 } catch { return true }
            }
            controls.spoilJournal(with: .journalServerError, idTerminal: "80005000")
            try await world.eventually { try await read(world, .details).status == 500 }
            controls.spoilJournal(with: .journalTimeout, idTerminal: "80005000")
            try await world.eventually { try await read(world, .details).message == "TIMEOUT (90 SECONDS)" }
            controls.spoilJournal(with: .journalCutOff, idTerminal: "80005000")
            try await world.eventually {
                let answer = try await read(world, .details)
                return answer.status == 200 && answer.object.isEmpty
            }
            let endings = world.simulator.ledger.journalReads().map(\.ending).filter { $0 != "busy15Seconds" }
            #expect(
                endings == [
                    "journal-reset", "journal-no-answer", "journal-500", "journal-timeout", "journal-cut-off",
                ]
            )
        }
    }

    @Test func `the reads are in the ledger over HTTP`() async throws {
        try await SimulatedWorld.run { world in
            try await sell(world, 15_990)
            let url = world.baseURL.replacingOccurrences(of: "/api", with: "/simulator/ledger/journal?limit=1")
            let answer = try await world.send(.GET, url)
            let reads = try #require(JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [[String: Any]])
            #expect(reads.count == 1)
            #expect(reads.first?["command"] as? String == "details")
            #expect(reads.first?["customId"] as? String == "read-1")
            #expect(reads.first?["startedAt"] is String)
            #expect(reads.first?["endedAt"] is String)
        }
    }
}
