// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("Reads that answer with other identities than their own")
struct RecordedSaleTests {
    private func data(_ read: TakenRead) -> [String: Any] {
        let text = AnswerWriter(dialect: Dialect(), cancelCode: 1_006).journal(read)
        let wrapper = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
        return wrapper?["data"] as? [String: Any] ?? [:]
    }

    @Test func `get_transaction has a number of its own around the sale`() throws {
        var world = JournalWorld { $0.faults.probabilities = [.journalOwnNumber: 1] }
        let sale = world.sell(15_101, "T1", at: 0)
        let number = try #require(sale.started?.facts.idPosTxs)
        let read = world.read(.getTransaction, idPosTxs: number, at: 60)
        #expect(data(read)["idPosTxs"] as? Int == read.idPosTxs)
        #expect(read.idPosTxs != number && data(read)["customId"] as? String == "read-1")
        #expect(world.response(read)["functionCode"] as? Int == 100)
        #expect(world.response(read)["ticket"] as? String == "T1")
        #expect(read.ending == "journal-own-number")
        // The fault changes only the command that it is about.
        #expect(world.read(at: 120).ending == "answered")
    }

    @Test func `lastvoucher has number, name and function of the sale`() throws {
        var world = JournalWorld { $0.faults.probabilities = [.journalRecordedSale: 1] }
        let number = try #require(world.sell(15_990, "T1", at: 0).started?.facts.idPosTxs)
        let read = world.read(.lastVoucher, at: 60)
        #expect(data(read)["idPosTxs"] as? Int == number)
        #expect(data(read)["customId"] as? String == "c-T1")
        #expect(world.response(read)["functionCode"] as? Int == 100)
        #expect(world.read(.getTransaction, idPosTxs: number, at: 120).ending == "answered")
    }
}
