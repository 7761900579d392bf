// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// Which transaction stands before which at a terminal, as the store decides it.
@Suite struct LaneTests {
    private func charge(_ number: Int, terminal: String = "80005000") -> Charge {
        Charge(commandID: "c-\(number)", reference: "R\(number)", terminal: terminal, acceptedAt: at(Int64(number)))
    }

    @Test(arguments: StoreEngine.allCases)
    func `no command is POSTed while one that was accepted earlier holds the lane`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.create(Charge(commandID: "c-1", reference: "R1", terminal: "80005000"))
            let second = try await store.create(
                Charge(commandID: "c-2", reference: "R2", terminal: "80005000", acceptedAt: at(1))
            )
            let early = try await store.apply(.submissionStarted, to: second.id, at: at(2))
            #expect(early?.finding == .refused && early?.effects.isEmpty == true)
            #expect(try await store.transaction(second.id)?.posting.attempts == 0)
            _ = try await store.apply(.cancel, to: first.id, at: at(3))
            let started = try await store.apply(.submissionStarted, to: second.id, at: at(4))
            #expect(started?.effects == [.post(attempt: 1)])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a command behind another waits, and its event says what is ahead`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.create(charge(1))
            let second = try await store.create(charge(2))
            let third = try await store.create(charge(3))
            let elsewhere = try await store.create(charge(4, terminal: "80005001"))
            #expect(first.status == .accepted && elsewhere.status == .accepted)
            #expect(second.reason == Reason(.laneOccupied))
            let events = try await store.waiting().filter { $0.transactionID == third.id }.compactMap(\.event)
            #expect(events.map(\.name.text) == ["charge.accepted", "charge.waiting"])
            let text = String(decoding: try #require(events.last).data, as: UTF8.self)
            #expect(text.contains("\"code\":\"lane_occupied\""))
            #expect(text.contains("\"ahead\":2,\"heldBy\":\"\(first.id)\""))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the command that finds the lane full fails at once, and the next finds room again`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore(.test(transactionRules: TransactionRules(laneDepth: 2))) { store in
            var taken: [Transaction] = []
            for number in 1...3 { taken.append(try await store.create(charge(number))) }
            let fourth = try await store.create(charge(4))
            #expect(fourth.status == .failed)
            #expect(fourth.reason == Reason(.laneFull))
            _ = try await store.apply(.cancel, to: taken[1].id, at: at(5))
            let fifth = try await store.create(charge(5))
            #expect(fifth.reason == Reason(.laneOccupied))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a doubt keeps the lane until its journal was dealt with`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await store.create(charge(1))
            _ = try await store.apply(.submissionStarted, to: doubt.id, at: at(2))
            _ = try await store.apply(.recovered, to: doubt.id, at: at(3))
            _ = try await store.apply(.journalClosed, to: doubt.id, at: at(4))
            #expect(try await store.create(charge(2)).reason == Reason(.laneOccupied))
            _ = try await store.apply(.lifeEnded, to: doubt.id, at: at(400))
            _ = try await store.apply(.journalClosed, to: doubt.id, at: at(401))
            #expect(try await store.transaction(doubt.id)?.isInLane == false)
            let third = Charge(
                commandID: "c-3",
                reference: "R3",
                terminal: "80005000",
                acceptedAt: at(402),
                expiresAt: at(500)
            )
            let events = try await store.create(third)
            #expect(events.reason == Reason(.laneOccupied))
            let text = try await store.waiting().last?.event.map { String(decoding: $0.data, as: UTF8.self) }
            #expect(text?.contains("\"ahead\":1") == true)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `commits are told of in their order`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let order = OrderBook()
            await withDiscardingTaskGroup { group in
                for number in 1...300 {
                    let charge = charge(number)
                    let candidate = charge.candidate
                    group.addImmediateTask {
                        _ = try? await store.accept(candidate, from: charge.message) { acceptance in
                            if case .created(let transition) = acceptance { order.append(transition.transaction) }
                        }
                    }
                }
            }
            let told = order.transactions
            #expect(told.map(\.command.commandID) == (1...300).map { "c-\($0)" })
            #expect(told.prefix(21).map(\.status) == [.accepted] + Array(repeating: .waiting, count: 20))
        }
    }
}
