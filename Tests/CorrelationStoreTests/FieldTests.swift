// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// Kinds C and J, in the store: a message that comes again, and identities that come again.
@Suite struct `What comes again` {
    @Test(
        "C1: a message that was refused is refused again, also after changes",
        arguments: StoreEngine.allCases
    )
    func refusedAgain(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted()
            let second = Charge(commandID: "c-2")
            let message = second.message
            guard case .refused(_, let event) = try await store.accept(second.candidate, from: message) else {
                throw UnexpectedAcceptance()
            }
            _ = try await store.apply(.callback(.refused(51)), to: first.id, at: at(20))
            guard case .refusedBefore = try await store.accept(second.candidate, from: message) else {
                throw UnexpectedAcceptance()
            }
            let rejections = try await store.waiting().compactMap(\.event).filter { $0.name.kind == .rejected }
            #expect(rejections.map(\.id) == [event.id, event.id])
            #expect(rejections[0].data == rejections[1].data)
            // Another message with the same content asks anew.
            var later = message
            later.timestamp = at(30)
            guard case .created = try await store.accept(second.candidate, from: later) else {
                throw UnexpectedAcceptance()
            }
        }
    }

    @Test("C1: a message that could not be read at first is refused again too", arguments: StoreEngine.allCases)
    func unreadFirst(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = Charge()
            let message = charge.message
            let fault = CommandFault("terminal", .unknownAlias, "unknown")
            try await store.reject(CommandRejection(faults: [fault], commandID: "c-1"), of: message, at: at(0))
            guard case .refusedBefore = try await store.accept(charge.candidate, from: message) else {
                throw UnexpectedAcceptance()
            }
            #expect(try await store.unfinished(after: nil, limit: 10).isEmpty)
        }
    }

    @Test("C1: a cancel that was refused stays refused", arguments: StoreEngine.allCases)
    func cancel(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = Charge()
            let message = CommandMessage(
                exchange: "getnet.control",
                routingKey: "cancel.main",
                body: Array(#"{"commandId":"c-1"}"#.utf8)
            )
            let request = ControlRequest(
                verb: .cancel,
                commandID: nil,
                account: "main",
                original: .command("c-1"),
                metadata: nil
            )
            guard case .refused = try await store.cancel(request, from: message, at: at(0)) else {
                throw UnexpectedAcceptance()
            }
            let id = try await store.create(charge).id
            guard case .refusedBefore = try await store.cancel(request, from: message, at: at(1)) else {
                throw UnexpectedAcceptance()
            }
            #expect(try await store.transaction(id)?.state == .accepted)
        }
    }

    @Test(
        "C2: a refusal of a known id says which transaction has it, also if its type is not known",
        arguments: StoreEngine.allCases,
        ["charge", nil, "chrage"]
    )
    func conflict(engine: StoreEngine, type: String?) async throws {
        try await engine.withStore { store in
            let running = try await store.submitted()
            var message = Charge().message
            message.body = Array("no JSON".utf8)
            let fault = CommandFault("", .invalidJSON, "no JSON")
            let rejection = CommandRejection(faults: [fault], commandID: "c-1", type: type, account: "main")
            try await store.reject(rejection, of: message, at: at(5))
            let event = try #require(try await store.waiting().compactMap(\.event).last)
            let conflict = try JSONParser.parse(event.data)["conflict"]
            #expect(conflict?["transactionId"]?.string == running.id.description)
            #expect(conflict?["status"]?.string == "submitted")
            var control = rejection
            control.isControl = true
            try await store.reject(control, of: message, at: at(6))
            let other = try #require(try await store.waiting().compactMap(\.event).last)
            #expect(try JSONParser.parse(other.data)["conflict"] == nil, "its id is another message's")
        }
    }

    @Test(
        "C2: an alias that was given to another terminal does not make a command another one",
        arguments: StoreEngine.allCases
    )
    func alias(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            func candidate(_ terminal: String) -> Transaction {
                let content = Command.Content(
                    type: .charge,
                    account: "main",
                    terminal: Terminal(storedTerminal: terminal, branch: "1", serialNumber: "S", alias: "till-3"),
                    amount: Money(15_990, .clp),
                    reference: "A0001",
                    options: [:]
                )
                return Transaction(
                    id: TransactionID(at: at(0), random: UInt128.random(in: 0...UInt128.max)),
                    command: Command(commandID: "c-1", content: content, expiresAt: at(120), metadata: nil),
                    country: "cl",
                    environment: "uat",
                    address: ReplyAddress(),
                    acceptedAt: at(0)
                )
            }
            guard case .created = try await store.accept(candidate("80005000"), from: Charge().message) else {
                throw UnexpectedAcceptance()
            }
            guard case .repeated(let known, _) = try await store.accept(candidate("80005001"), from: Charge().message)
            else { throw UnexpectedAcceptance() }
            #expect(known.command.content.terminal.idTerminal == "80005000")
        }
    }

    @Test(
        "J5: a number of an old, final transaction gives way to an answer with our name",
        arguments: StoreEngine.allCases
    )
    func renumbered(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let day: Int64 = 86_400
            let old = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: old.id, at: at(10))
            func begun(_ name: String, at start: Int64) async throws -> Transaction {
                let charge = Charge(
                    commandID: name,
                    reference: name,
                    terminal: "80005000",
                    acceptedAt: at(start),
                    expiresAt: at(start + 120)
                )
                let transaction = try await store.create(charge)
                _ = try await store.apply(.submissionStarted, to: transaction.id, at: at(start + 1))
                return transaction
            }
            // If the number comes back too early, or without our name, it stays the old sale's.
            for (name, start, namesUs) in [("n-1", 1_000, true), ("n-2", 2 * day, false)] {
                let charge = try await begun(name, at: start)
                let end = TransactionInput.submissionEnded(
                    attempt: 1,
                    .acknowledged(idPosTxs: "936101", namesUs: namesUs)
                )
                let doubt = try await store.apply(end, to: charge.id, at: at(start + 2))
                #expect(doubt?.transaction.state == .inDoubt)
                _ = try await store.apply(.operatorDecision(.failed, by: .sample), to: charge.id, at: at(start + 3))
                _ = try await store.apply(.lifeEnded, to: charge.id, at: at(start + 400))
                _ = try await store.apply(.journalClosed, to: charge.id, at: at(start + 401))
            }
            let new = try await begun("n-3", at: 3 * day)
            let end = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101", namesUs: true))
            let taken = try await store.apply(end, to: new.id, at: at(3 * day + 2))
            #expect(taken?.transaction.state == .submitted && taken?.formerOwner == old.id)
            let result = TerminalResult.paid(operation: 18, authorization: "010930", reference: "n-3")
            let paid = try await store.apply(
                .callback(result, customID: new.id.description),
                to: new.id,
                at: at(3 * day + 9)
            )
            #expect(paid?.transaction.state == .approved)
            let former = try #require(try await store.transaction(old.id))
            #expect(former.state == .approved && former.idPosTxs == nil && former.result?.idPosTxs == "936101")
        }
    }

    @Test(
        "one paid result supports one transaction, also where it did not fit the first one",
        arguments: StoreEngine.allCases
    )
    func paymentInDoubt(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted()
            let doubt = try await store.apply(.callback(.paid(15_991)), to: first.id, at: at(10))
            #expect(doubt?.transaction.state == .inDoubt)
            let charge = Charge(commandID: "c-2", reference: "A0002", terminal: "80005000")
            let second = try await store.submitted(charge, number: "936102")
            let same = TerminalResult.paid(15_990, reference: "A0002")
            let told = try await store.apply(.callback(same, number: "936102"), to: second.id, at: at(11))
            #expect(told?.finding == .foreign && told?.transaction.state == .submitted)
            // A person who holds the receipt decides the first one: the payment is its own, not the second one's.
            let receipt = TransactionInput.OperatorDecision.approved(
                authorizationCode: "010929",
                operationID: 17,
                amount: 15_991
            )
            let decided = try await store.apply(.operatorDecision(receipt, by: .sample), to: first.id, at: at(12))
            #expect(decided?.transaction.state == .approved)
        }
    }

    @Test(
        "J5: an old owner keeps its number against an answer that does not take it",
        arguments: StoreEngine.allCases
    )
    func numberThatIsNotTaken(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let old = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: old.id, at: at(10))
            let start: Int64 = 3 * 86_400
            let charge = Charge(
                commandID: "n-1",
                reference: "n-1",
                terminal: "80005000",
                acceptedAt: at(start),
                expiresAt: at(start + 120)
            )
            let new = try await store.create(charge)
            _ = try await store.apply(.submissionStarted, to: new.id, at: at(start + 1))
            let end = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "955555", namesUs: true))
            _ = try await store.apply(end, to: new.id, at: at(start + 2))
            // A second number beside our name decides nothing, so its old owner keeps it.
            let result = TerminalResult.refused(51)
            _ = try await store.apply(.callback(result, customID: new.id.description), to: new.id, at: at(start + 3))
            #expect(try await store.transaction(old.id)?.idPosTxs == "936101")
            #expect(try await store.transaction(new.id)?.idPosTxs == "955555")
        }
    }

    @Test("J1: one receipt told with a time one second apart supports one transaction", arguments: StoreEngine.allCases)
    func receipt(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: first.id, at: at(10))
            let second = try await store.submitted(
                Charge(commandID: "c-2", reference: "A0002", terminal: "80005000"),
                number: "936102"
            )
            for (code, time) in [("10929", "2026-11-22 07:12:32"), ("010929", "2026-11-22 07:12:30")] {
                var result = TerminalResult.paid(authorization: code, reference: "A0002")
                (result.localTime, result.ticket) = (time, nil)
                let change = try await store.apply(.callback(result, number: "936102"), to: second.id, at: at(11))
                #expect(change?.finding == .foreign)
            }
        }
    }

    @Test("B2: the number of a sale that a voucher shows stays the sale's", arguments: StoreEngine.allCases)
    func voucher(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await store.create()
            _ = try await store.apply(.submissionStarted, to: sale.id, at: at(1))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
                to: sale.id,
                at: at(2)
            )
            let charge = Charge(commandID: "poll-1").candidate
            let content = Command.Content(
                type: .poll,
                account: "main",
                terminal: charge.command.content.terminal,
                amount: nil,
                reference: nil,
                options: [:]
            )
            let poll = Transaction(
                id: charge.id,
                command: Command(commandID: "poll-1", content: content, expiresAt: at(120), metadata: nil),
                country: "cl",
                environment: "uat",
                address: ReplyAddress(),
                acceptedAt: at(0)
            )
            guard case .created = try await store.accept(poll, from: Charge(commandID: "poll-1").message) else {
                throw UnexpectedAcceptance()
            }
            _ = try await store.apply(.submissionStarted, to: poll.id, at: at(3))
            // The command that reads gets its answer under the sale's number.
            let end = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101"))
            #expect(try await store.apply(end, to: poll.id, at: at(4))?.transaction.state == .submitted)
            let paid = try await store.apply(.callback(.paid()), to: sale.id, at: at(5))
            #expect(paid?.transaction.state == .approved)
        }
    }
}
