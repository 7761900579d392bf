// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

@Suite("A cancel in the store")
struct CancelTests {
    private static let message = CommandMessage(
        exchange: "getnet.control",
        routingKey: "cancel",
        body: Array("{}".utf8),
        address: ReplyAddress(replyTo: "mine", correlationID: "corr-9")
    )

    private func request(_ original: ControlRequest.Original) -> ControlRequest {
        ControlRequest(verb: .cancel, commandID: "x-1", account: "main", original: original, metadata: nil)
    }

    @Test(arguments: StoreEngine.allCases)
    func `ends what was not sent, once, and answers with that event however often it comes`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let charge = try await store.create()
            let byID = request(.transaction(charge.id))
            guard
                case .cancelled(let change, let event) = try await store.cancel(byID, from: Self.message.new, at: at(5))
            else { throw UnexpectedAcceptance() }
            #expect(change.transaction.status == .failed)
            #expect(change.transaction.reason?.code == .cancelledBeforeStart)
            #expect(event?.name.text == "charge.failed")
            #expect(event?.address.replyTo == "mine")
            let byCommand = request(.command("c-1"))
            guard case .repeated(let again) = try await store.cancel(byCommand, from: Self.message.new, at: at(6))
            else { throw UnexpectedAcceptance() }
            #expect(again?.id == event?.id)
            #expect(try await store.waiting().compactMap(\.event?.name.text) == ["charge.accepted", "charge.failed"])
            // The event that every subscriber gets still belongs to the charge's publisher.
            #expect(try await store.waiting().last?.event?.address.correlationID == "corr-1")
            let started = try await store.apply(.submissionStarted, to: charge.id, at: at(7))
            #expect(started?.finding == .refused)
            #expect(started?.effects == [])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `of what may have left or is final is refused in one commit, naming it`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = try await store.create()
            _ = try await store.apply(.submissionStarted, to: charge.id, at: at(1))
            let cancel = request(.transaction(charge.id))
            guard case .refused(let early) = try await store.cancel(cancel, from: Self.message.new, at: at(2))
            else { throw UnexpectedAcceptance() }
            #expect(early.faults.map(\.code) == [.notPossible])
            #expect(early.conflict?.transactionID == charge.id)
            #expect(early.conflict?.status == .accepted)
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(10))
            guard case .refused(let late) = try await store.cancel(cancel, from: Self.message.new, at: at(11))
            else { throw UnexpectedAcceptance() }
            #expect(late.conflict?.status == .approved)
            let entries = try await store.waiting()
            #expect(entries.compactMap(\.event?.name.text).filter { $0 == "command.rejected" }.count == 2)
            #expect(entries.compactMap(\.deadLetter).count == 2)
            #expect(try await store.transaction(charge.id)?.status == .approved)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `of an unknown transaction is refused`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            for original in [
                ControlRequest.Original.command("nobody"), .transaction(TransactionID(at: at(0), random: 1)),
            ] {
                guard
                    case .refused(let rejection) = try await store.cancel(
                        request(original),
                        from: Self.message.new,
                        at: at(1)
                    )
                else { throw UnexpectedAcceptance() }
                #expect(rejection.faults.map(\.code) == [.unknownTransaction])
                #expect(rejection.conflict == nil)
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `against a submission at the same time one of them wins, never both`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            for number in 0..<50 {
                let charge = try await store.create(Charge(commandID: "race-\(number)", reference: "R\(number)"))
                async let cancellation = store.cancel(
                    request(.transaction(charge.id)),
                    from: Self.message.new,
                    at: at(1)
                )
                async let submission = store.apply(.submissionStarted, to: charge.id, at: at(1))
                let (cancelled, started) = try await (cancellation, submission)
                var isCancelled = false
                if case .cancelled = cancelled { isCancelled = true }
                #expect(isCancelled != (started?.effects == [.post(attempt: 1)]))
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the latest event is found by either name and written nowhere`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            let address = ReplyAddress(replyTo: "asker", correlationID: "q-1")
            let before = try await store.waiting()
            for original in [ControlRequest.Original.command("c-1"), .transaction(charge.id)] {
                let event = try await store.latestEvent(of: original, account: "main", for: address)
                #expect(event?.id == before.last?.event?.id)
                #expect(event?.address == address)
            }
            #expect(try await store.latestEvent(of: .command("nobody"), account: "main", for: address) == nil)
            #expect(try await store.waiting() == before)
            #expect(try await store.transaction(charge.id)?.address.replyTo == "replies")
        }
    }
}

extension TransactionStore {
    /// Cancels for a test that needs nothing before the call returns.
    fileprivate func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError) -> Cancellation {
        try await cancel(request, from: message, at: instant) { _ in }
    }
}
