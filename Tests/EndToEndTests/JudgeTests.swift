// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

/// The judge can fail: the tests falsify one ledger after the other.
@Suite("Judge")
struct JudgeTests {
    private func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
        var ledgers = Ledgers.healthy
        change(&ledgers)
        return Set(Judge(ledgers).violations().map(\.kind))
    }

    @Test func `a run in which every promise was kept has no violation`() {
        #expect(kinds { _ in } == [])
    }

    @Test func `events that came again change nothing`() {
        #expect(kinds { $0.events?.append(contentsOf: Ledgers.healthy.events ?? []) } == [])
    }

    // MARK: - Lost

    @Test func `a command without a transaction is lost`() {
        let found = kinds { $0.orders.append(.sample(9, [])) }
        #expect(found == [.lost])
    }

    @Test func `an event that never arrived is lost`() {
        #expect(kinds { $0.events?.removeAll { $0.id == "e-1-2" } } == [.lost])
    }

    @Test func `a POST that the store does not know is lost`() {
        #expect(kinds { $0.posts.append(.sample("t-9", "R9", paid: [])) } == [.lost])
    }

    @Test func `a callback that found no transaction is lost`() {
        let found = kinds { ledgers in
            ledgers.store.entries.append(.sample(99, "e-u", "callback.unmatched", nil))
            ledgers.events?.append(DeliveredEvent(id: "e-u", name: "unmatched"))
        }
        #expect(found == [.lost])
    }

    @Test func `a callback that was answered 200 and is not in the store is unevidenced`() {
        #expect(kinds { $0.posts[0].callbacks.append(.init(isResult: true, status: 200)) } == [.unevidenced])
    }

    @Test func `a callback that was refused needs no evidence`() {
        #expect(kinds { $0.posts[0].callbacks.append(.init(isResult: true, status: 503)) } == [])
    }

    // MARK: - Doubled

    @Test func `two sales for one transaction are doubled, even if both attempts were written down`() {
        let found = kinds { ledgers in
            ledgers.posts.append(ledgers.posts[0])
            ledgers.store.transactions[0].attempts = 2
            ledgers.store.evidence["t-1"]?.callbacks = 2
        }
        #expect(found == [.doubled])
    }

    @Test func `a POST that was repeated after a lost answer is doubled, even if no sale came of it`() {
        let found = kinds { ledgers in
            var lost = TerminalPost.sample("t-1", "R1", paid: nil, reply: "reset")
            lost.receivedAt -= 10
            ledgers.posts.insert(lost, at: 0)
            ledgers.store.transactions[0].attempts = 2
        }
        #expect(found == [.doubled])
    }

    @Test func `a POST that was repeated after a refusal is right`() {
        let found = kinds { ledgers in
            ledgers.posts.insert(.sample("t-1", "R1", paid: nil, reply: "busy15Seconds"), at: 0)
            ledgers.store.transactions[0].attempts = 2
        }
        #expect(found == [])
    }

    @Test func `a POST that was not written down before is unannounced`() {
        let found = kinds { $0.posts.insert(.sample("t-1", "R1", paid: nil, reply: "busy15Seconds"), at: 0) }
        #expect(found == [.unannounced])
    }

    @Test func `one reference that was sold under two transactions is doubled`() {
        let found = kinds { ledgers in
            ledgers.store.transactions.append(.sample("t-8", "c-1", "R1", "approved", by: "callback"))
            ledgers.store.entries.append(.sample(98, "e-8-1", "charge.approved", "t-8"))
            ledgers.store.evidence["t-8"] = .init(callbacks: 1, deciding: 1)
            ledgers.events?.append(.sample("e-8-1", "t-8", "c-1", "approved", 1))
            ledgers.posts.append(.sample("t-8", "R1", paid: [1_000]))
        }
        #expect(found == [.doubled])
    }

    @Test func `two events with one sequence are doubled`() {
        let found = kinds { ledgers in
            ledgers.store.entries.append(.sample(97, "e-1-x", "charge.approved", "t-1"))
            ledgers.events?.append(.sample("e-1-x", "t-1", "c-1", "approved", 3))
        }
        #expect(found.contains(.doubled))
    }

    @Test func `a second payment that was told and not announced is found`() {
        let found = kinds { ledgers in
            ledgers.posts[0].sale?.payments = [1_000, 1_000]
            ledgers.posts[0].callbacks.append(.init(isResult: true, status: 200))
            ledgers.store.evidence["t-1"]?.callbacks = 2
        }
        #expect(found == [.unannounced])
    }

    // MARK: - Guessed

    @Test func `approved without a payment is guessed`() {
        #expect(kinds { $0.posts[0].sale?.payments = [] } == [.guessed])
    }

    @Test func `approved with another amount is guessed`() {
        #expect(kinds { $0.posts[0].sale?.payments = [999] } == [.guessed])
    }

    @Test func `declined although it was paid is guessed`() {
        #expect(kinds { $0.posts[1].sale?.payments = [1_000] } == [.guessed])
    }

    @Test func `not completed instead of declined is guessed`() {
        let found = kinds { ledgers in
            ledgers.store.transactions[1].status = "not_completed"
            ledgers.store.entries[4].name = "charge.not_completed"
        }
        #expect(found == [.guessed])
    }

    @Test func `failed although a sale was started is guessed`() {
        let found = kinds { ledgers in
            ledgers.store.transactions[1].status = "failed"
            ledgers.store.entries[4].name = "charge.failed"
        }
        #expect(found == [.guessed])
    }

    @Test func `a verdict without evidence is guessed`() {
        #expect(kinds { $0.store.evidence["t-2"]?.deciding = 0 } == [.guessed])
        #expect(kinds { $0.store.transactions[1].decidedBy = nil } == [.guessed])
    }

    @Test func `a verdict before the terminal was done is guessed`() {
        #expect(kinds { $0.store.transactions[0].completedAt = 1_000 } == [.guessed])
    }

    // MARK: - Undecided

    @Test func `a charge that is still submitted is undecided`() {
        let found = kinds { ledgers in
            ledgers.store.transactions[2].status = "submitted"
            ledgers.store.entries[6].name = "charge.submitted"
        }
        #expect(found == [.undecided])
    }

    @Test func `doubt is right only where the end cannot be known`() {
        // The sample's acknowledgement and callback were lost, so the doubt is right.
        #expect(kinds { $0.posts[2].reply = "reset" } == [])
        // Getnet acknowledged, and the bridge was not killed.
        #expect(kinds { $0.posts[2].reply = "sent" } == [.undecided])
        // The bridge was killed before it could write the acknowledgement down.
        let killed = kinds { ledgers in
            ledgers.posts[2].reply = "sent"
            ledgers.kills = [ledgers.posts[2].receivedAt + 20]
        }
        #expect(killed == [])
        // The bridge was killed long after that.
        let late = kinds { ledgers in
            ledgers.posts[2].reply = "sent"
            ledgers.kills = [ledgers.posts[2].receivedAt + 60_000]
        }
        #expect(late == [.undecided])
        // The callback told the result.
        let told = kinds { ledgers in
            ledgers.posts[2].callbacks = [.init(isResult: true, status: 200)]
            ledgers.store.evidence["t-3"] = .init(callbacks: 1)
        }
        #expect(told == [.undecided])
    }

    @Test func `doubt about a POST that never arrived needs a kill`() {
        #expect(kinds { $0.posts.remove(at: 2) } == [.undecided])
        let killed = kinds { ledgers in
            ledgers.posts.remove(at: 2)
            ledgers.kills = [2_000 + 5]
        }
        #expect(killed == [])
    }

    // MARK: - Order and agreement

    @Test func `events in another order are found`() {
        #expect(kinds { $0.events?.swapAt(0, 1) } == [.reordered])
    }

    @Test func `a status after a final one is found in the queue and in the outbox`() {
        let found = kinds { ledgers in
            ledgers.store.entries.append(.sample(96, "e-1-4", "charge.in_doubt", "t-1"))
            ledgers.events?.append(.sample("e-1-4", "t-1", "c-1", "in_doubt", 4))
        }
        #expect(found == [.retracted, .disagreeing])
    }

    @Test func `a contradiction after a final status is right where something was told`() {
        let found = kinds { ledgers in
            ledgers.posts[0].sale?.payments = [1_000, 1_000]
            ledgers.store.entries.append(.sample(95, "e-1-4", "charge.contradicted", "t-1"))
            var event = DeliveredEvent.sample("e-1-4", "t-1", "c-1", "approved", 4)
            event.name = "contradicted"
            ledgers.events?.append(event)
        }
        #expect(found == [])
    }

    @Test func `an event that says two things under one id is found`() {
        let found = kinds { ledgers in
            var event = ledgers.events?[0] ?? DeliveredEvent(id: "", name: "")
            event.status = "declined"
            ledgers.events?.append(event)
        }
        #expect(found == [.disagreeing])
    }

    @Test func `an event and a transaction of no command are invented`() {
        let strange = kinds { $0.events?.append(.sample("e-7", "t-1", "c-1", "approved", 7)) }
        #expect(strange.contains(.invented))
        let found = kinds { ledgers in
            ledgers.orders.removeFirst()
        }
        #expect(found == [.invented])
    }

    @Test func `an entry that waits in the outbox is unsettled`() {
        #expect(kinds { $0.store.entries[2].isSettled = false } == [.unsettled])
    }

    @Test func `a row that its last event does not tell is found`() {
        #expect(kinds { $0.store.entries[2].name = "charge.submitted" } == [.disagreeing])
    }

    @Test func `a POST that asks for another amount is found`() {
        #expect(kinds { $0.posts[1].amount = 5 } == [.disagreeing])
    }

    // MARK: - Lanes

    @Test func `a command that was POSTed before one accepted earlier is reordered`() {
        #expect(kinds { $0.posts.swapAt(0, 1) } == [.reordered])
    }

    @Test func `a POST that met a terminal busy with another of ours is overlapping`() {
        let found = kinds { ledgers in
            var refused = TerminalPost.sample("t-1", "R1", paid: nil, reply: "busy15Seconds")
            refused.isOverlap = true
            ledgers.posts.insert(refused, at: 0)
            ledgers.store.transactions[0].attempts = 2
        }
        #expect(found == [.overlapping])
    }

    @Test func `a terminal that is still busy with what was told already may be asked`() {
        func kinds(verdictAt: Int64) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                ledgers.store.transactions[0].completedAt = verdictAt
                ledgers.posts[0].sale?.finishesAt = 6_050
                var refused = TerminalPost.sample("t-2", "R2", paid: nil, reply: "busy15Seconds")
                refused.isOverlap = true
                refused.receivedAt = 6_020
                ledgers.posts.insert(refused, at: 1)
                ledgers.store.transactions[1].attempts = 2
            }
        }
        #expect(kinds(verdictAt: 6_000) == [])
        #expect(kinds(verdictAt: 6_040) == [.overlapping])
    }

    @Test func `a command that was POSTed holds the terminal until its verdict or the end of its life`() {
        func kinds(_ receivedAt: Int64) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                ledgers.terminalLife = 10_000
                ledgers.store.transactions[2].terminal = "80000003"
                ledgers.orders[2] = .sample(3, ["approved"], terminal: "80000003")
                ledgers.posts[1].receivedAt = receivedAt
                ledgers.posts[1].sale?.finishesAt = receivedAt + 10
                ledgers.store.transactions[1].postedAt = receivedAt
                ledgers.store.transactions[1].completedAt = receivedAt + 20
            }
        }
        // The first charge has its verdict at 6,000.
        #expect(kinds(4_000) == [.overlapping])
        #expect(kinds(6_001) == [])
    }

    @Test func `after a doubt the journal is read before the terminal's next command`() {
        func kinds(_ reading: JournalReading?, reason: String? = nil) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                ledgers.terminalLife = 1_000
                ledgers.readings = reading.map { [$0] } ?? []
                ledgers.store.transactions[2].reason = reason
                for index in [0, 1] { ledgers.store.transactions[index].terminal = "80000002" }
                ledgers.orders[0] = .sample(1, ["approved"], terminal: "80000002")
                ledgers.orders[1] = .sample(2, ["declined"], terminal: "80000002")
                ledgers.orders.append(.sample(4, ["approved"]))
                ledgers.posts.append(.sample("t-4", "R4", paid: [1_000], told: true))
                ledgers.posts[3].receivedAt = 9_000
                var next = StoreLedger.Transaction.sample("t-4", "c-4", "R4", "approved", by: "callback")
                (next.postedAt, next.completedAt) = (8_990, 9_100)
                ledgers.store.transactions.append(next)
                ledgers.store.entries.append(.sample(50, "e-4", "charge.approved", "t-4"))
                ledgers.store.evidence["t-4"] = .init(callbacks: 1, deciding: 1)
                ledgers.events?.append(.sample("e-4", "t-4", "c-4", "approved", 1))
                for index in [1] { ledgers.posts[index].receivedAt = 6_500 }
                ledgers.store.transactions[1].postedAt = 6_490
                ledgers.store.transactions[1].completedAt = 6_600
            }
        }
        #expect(kinds(nil) == [.overlapping])
        #expect(kinds(JournalReading(terminal: "80000001", startedAt: 8_000, isAnswered: true)) == [])
        #expect(kinds(JournalReading(terminal: "80000001", startedAt: 9_500, isAnswered: true)) == [.overlapping])
        let absent = JournalReading(terminal: "80000001", startedAt: 8_000, isAnswered: true)
        #expect(kinds(absent, reason: "not_in_journal") == [.guessed])
    }

    @Test func `a POST that arrived before it was written down is unannounced`() {
        #expect(kinds { $0.store.transactions[0].postedAt = 2_500 } == [.unannounced])
        #expect(kinds { $0.store.transactions[0].postedAt = 1_990 } == [])
    }

    // MARK: - Rivals

    @Test func `of two rivals one is taken and the other refused`() {
        func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                ledgers.orders[0].contest = "r"
                var rival = ChargeOrder.sample(1, ["approved"], amount: 2_000)
                rival.contest = "r"
                ledgers.orders.append(rival)
                ledgers.store.entries.append(.sample(94, "e-r", "command.rejected", nil))
                ledgers.events?.append(DeliveredEvent(id: "e-r", name: "rejected", commandID: "c-1"))
                change(&ledgers)
            }
        }
        #expect(kinds { _ in } == [])
        #expect(
            kinds {
                $0.events?.removeLast(); $0.store.entries.removeLast()
            } == [.lost]
        )
        #expect(kinds { $0.store.transactions[0].amount = 3_000 }.contains(.lost))
    }

    @Test func `a refusal of a command that has no rival is found`() {
        let found = kinds { ledgers in
            ledgers.store.entries.append(.sample(94, "e-r", "command.rejected", nil))
            ledgers.events?.append(DeliveredEvent(id: "e-r", name: "rejected", commandID: "c-1"))
        }
        #expect(found == [.lost, .rejected])
    }

    @Test func `doubt is wrong once Getnet's number is in the store`() {
        #expect(kinds { $0.store.transactions[2].number = "936101" } == [.undecided])
    }

    @Test func `a violation tells the whole story of its transaction`() throws {
        var ledgers = Ledgers.healthy
        ledgers.posts[0].sale?.payments = []
        let violation = try #require(Judge(ledgers).violations().first)
        #expect(violation.subject == "t-1")
        for ledger in ["sent", "terminal", "store", "evidence", "outbox", "queue"] {
            #expect(violation.story.contains { $0.hasPrefix(ledger) }, "\(violation)")
        }
    }
}
