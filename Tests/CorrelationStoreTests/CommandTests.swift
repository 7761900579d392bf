// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// What happens to commands: docs/promises.md 2.2 to 2.4, 2.10.
@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
    @Test(arguments: StoreEngine.allCases)
    func `a new command makes a transaction and its first event in one commit`(engine: StoreEngine) async throws {
        let counter = CommitCounter()
        try await engine.withStore(report: counter.note) { store in
            let charge = Charge(metadata: Array("{\"orderId\":\"o-991\"}".utf8))
            let candidate = charge.candidate
            guard case .created(let transition) = try await store.accept(candidate, from: charge.message) else {
                Issue.record("not created")
                return
            }
            #expect(transition.effects == [.submit])
            #expect(try await store.transaction(candidate.id) == transition.transaction)
            let entries = try await store.waiting()
            #expect(entries.map(\.event?.name.text) == ["charge.accepted"])
            #expect(entries.map(\.transactionID) == [candidate.id])
            #expect(entries.first?.event?.address == charge.address)
            #expect(counter.all.map(\.changes) == [1])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a command delivered again is the same transaction and writes nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.create()
            // Another expiry, other metadata and an alias: the content is the same.
            var again = Charge(acceptedAt: at(5), expiresAt: at(500), metadata: Array("{}".utf8))
            again.address = ReplyAddress()
            guard
                case .repeated(let transaction, let latest) = try await store.accept(
                    again.candidate,
                    from: again.message
                )
            else {
                Issue.record("not recognized")
                return
            }
            #expect(transaction == first)
            #expect(latest?.name.text == "charge.accepted")
            #expect(try await store.waiting().map(\.event?.id) == [latest?.id])
            #expect(try await store.unfinished(after: nil, limit: 10) == [first])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the last delivery's address gets the latest event and every later one`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.create()
            var again = Charge()
            again.address = ReplyAddress(replyTo: "elsewhere", correlationID: nil, traceparent: "00-1")
            guard
                case .repeated(let transaction, let latest) = try await store.accept(
                    again.candidate,
                    from: again.message
                )
            else {
                Issue.record("not recognized")
                return
            }
            #expect(transaction.address == again.address)
            #expect(latest?.address == again.address)
            #expect(try await store.transaction(first.id)?.address == again.address)
            _ = try await store.apply(.cancel, to: first.id, at: at(3))
            let entries = try await store.waiting()
            #expect(entries.map(\.event?.name.text) == ["charge.accepted", "charge.failed"])
            #expect(entries.last?.event?.address == again.address)
            // An event that was published before stays as it was.
            #expect(entries.first?.event?.address == Charge().address)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the same id with other content is refused and the first is untouched`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted()
            let other = Charge(amount: 1, options: ["saleType": .integer(2)])
            guard case .refused(let rejection, let event) = try await store.accept(other.candidate, from: other.message)
            else {
                Issue.record("not refused")
                return
            }
            #expect(rejection.faults.map(\.code) == [.idempotencyConflict])
            #expect(rejection.conflict?.transactionID == first.id)
            #expect(rejection.conflict?.status == .submitted)
            #expect(rejection.conflict?.differs == ["amount", "options"])
            #expect(try await store.transaction(first.id) == first)
            let entries = try await store.waiting().suffix(2)
            #expect(entries.first?.event == event)
            #expect(event.name.text == "command.rejected")
            #expect(entries.last?.deadLetter?.body == other.message.body)
            #expect(entries.last?.deadLetter?.eventID == event.id)
            #expect(entries.allSatisfy { $0.transactionID == nil })
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a reference that is unfinished, in doubt or approved is taken`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.create()
            func refusal(_ commandID: String) async throws -> CommandRejection? {
                let second = Charge(commandID: commandID)
                guard case .refused(let rejection, _) = try await store.accept(second.candidate, from: second.message)
                else { return nil }
                return rejection
            }
            #expect(try await refusal("c-2")?.faults.map(\.code) == [.referenceInUse])
            _ = try await store.apply(.submissionStarted, to: first.id, at: at(1))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
                to: first.id,
                at: at(2)
            )
            #expect(try await refusal("c-2")?.conflict?.status == .inDoubt)
            _ = try await store.apply(.callback(.paid()), to: first.id, at: at(3))
            #expect(try await refusal("c-2")?.conflict?.status == .approved)
            #expect(try await refusal("c-2")?.conflict?.transactionID == first.id)
            // A refused command does not use up its id.
            let other = Charge(commandID: "c-2", reference: "B0001")
            _ = try await store.create(other)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a reference is free again after a refusal, a cancellation or an expiry`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let cancelled = try await store.create()
            _ = try await store.apply(.cancel, to: cancelled.id, at: at(1))
            let declined = try await store.submitted(Charge(commandID: "c-2", terminal: "80005000"))
            _ = try await store.apply(.callback(.refused(51)), to: declined.id, at: at(3))
            let expired = Charge(commandID: "c-3", acceptedAt: at(300))
            guard case .created(let transition) = try await store.accept(expired.candidate, from: expired.message)
            else {
                Issue.record("not created")
                return
            }
            #expect(transition.transaction.reason?.code == .commandExpired)
            #expect(try await store.transaction(transition.transaction.id) == transition.transaction)
            _ = try await store.create(Charge(commandID: "c-4"))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `repeated references are taken where the configuration says so`(engine: StoreEngine) async throws {
        try await engine.withStore(.test(allowRepeatedReference: true)) { store in
            _ = try await store.create()
            _ = try await store.create(Charge(commandID: "c-2"))
            #expect(try await store.unfinished(after: nil, limit: 10).count == 2)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a rejected message leaves its event and its dead letter, and again the same`(engine: StoreEngine) async throws
    {
        try await engine.withStore { store in
            let rejection = CommandRejection(faults: [CommandFault("", .invalidJSON, "the text is empty")])
            let body: [UInt8] = [0xFF, 0x00, 0x7B]
            let message = CommandMessage(
                exchange: "getnet.commands",
                routingKey: "charge",
                body: body,
                contentType: nil,
                address: ReplyAddress(replyTo: "replies", correlationID: "corr-9")
            )
            try await store.reject(rejection, of: message, at: at(0))
            try await store.reject(rejection, of: message, at: at(60))
            let entries = try await store.waiting()
            #expect(entries.map(\.event?.name.kind) == [.rejected, nil, .rejected, nil])
            #expect(Set(entries.compactMap(\.event?.id)).count == 1)
            let letter = try #require(entries[1].deadLetter)
            #expect(letter.body == body)
            #expect(letter.routingKey == "charge")
            #expect(letter.contentType == nil)
            #expect(letter.correlationID == "corr-9")
            #expect(letter.headers["getnet-reason"] == "invalid_json")
            #expect(letter.headers["getnet-event-id"] == letter.eventID.description)
            #expect(entries[3].deadLetter?.headers["getnet-rejected-at"] == at(60).description)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one command taken by two hundred at once is one transaction`(engine: StoreEngine) async throws {
        let counter = CommitCounter()
        try await engine.withStore(report: counter.note) { store in
            let created = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let charge = Charge()
                        switch try await store.accept(charge.candidate, from: charge.message) {
                        case .created: return true
                        case .repeated, .refused, .refusedBefore: return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(created == 1)
            #expect(try await store.unfinished(after: nil, limit: 10).count == 1)
            #expect(try await store.waiting().count == 1)
        }
    }
}
