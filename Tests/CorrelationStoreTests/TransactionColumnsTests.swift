// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// The columns hold each field of a transaction, whatever the engine.
@Suite("Columns of a transaction")
struct TransactionColumnsTests {
    /// A row as a list of values.
    private struct Row: RowWriter, RowReader {
        enum Value { case integer(Int64), text(String), bytes([UInt8]), null }

        var values: [Value] = []
        private var position = 0

        mutating func add(_ value: Int64?) { values.append(value.map { .integer($0) } ?? .null) }
        mutating func add(_ value: String?) { values.append(value.map { .text($0) } ?? .null) }
        mutating func add(text bytes: [UInt8]?) { values.append(bytes.map { .bytes($0) } ?? .null) }
        mutating func add(blob bytes: [UInt8]?) { add(text: bytes) }

        private mutating func next() -> Value {
            position += 1
            return values[position - 1]
        }

        mutating func integer() -> Int64 { optionalInteger() ?? 0 }
        mutating func optionalInteger() -> Int64? { if case .integer(let value) = next() { value } else { nil } }
        mutating func optionalText() -> String? { if case .text(let value) = next() { value } else { nil } }
        mutating func optionalBytes() -> [UInt8]? {
            switch next() {
            case .bytes(let value): value
            case .text(let value): Array(value.utf8)
            case .integer, .null: nil
            }
        }
    }

    /// A transaction in which each field of each group has a value that a new one has not.
    private static func full() throws -> Transaction {
        var transaction = Charge().candidate
        transaction.place = 17
        transaction.state = .submitting(attempt: 3)
        transaction.reason = Reason(.terminalBusy, waitedFor: .tokenRejected)
        transaction.sequence = 4
        transaction.posting.attempts = 3
        transaction.posting.startedAt = at(5)
        transaction.posting.acknowledgedAt = at(6)
        transaction.posting.isKnownToCloud = true
        transaction.posting.refused = 2
        transaction.posting.rejectedTokens = 1
        transaction.stay.isInLane = true
        transaction.stay.isLifeOver = true
        transaction.stay.journalReadAt = at(7)
        transaction.preparation.receiptSeenAt = at(8)
        transaction.preparation.batchReport = Array("{}".utf8)
        transaction.cancelAttempt = Transaction.CancelAttempt(sentAt: at(9), endedAt: at(10))
        transaction.idPosTxs = "936101"
        transaction.statusQueries.begun = 5
        transaction.statusQueries.dueAt = at(11)
        transaction.outcome.completedAt = at(12)
        transaction.outcome.decidedBy = .journal
        transaction.outcome.result = result
        let payment = PaymentIdentity(of: result)
        transaction.contradictions.known = [
            Contradiction.Identity(code: .secondPayment, status: .approved, payment: payment),
            Contradiction.Identity(code: .secondSale, status: nil, payment: payment),
        ]
        transaction.contradictions.settled = 1
        transaction.restoredAt = at(13)
        transaction.dueAt = at(14)
        return transaction
    }

    /// A result that says everything a terminal can say.
    private static let result: TerminalResult = {
        var result = TerminalResult.paid(1_500)
        result.functionCode = 100
        result.responseMessage = "APROBADO"
        result.terminalID = "12345678"
        result.ticket = "T-1"
        result.tip = 10
        result.cashback = 20
        result.operationID = 7
        result.authorizationCode = "0A2"
        result.transToken = "token"
        result.localTime = "2026-11-18 08:06:43"
        result.utcOffset = -10_800
        result.brandCode = "VI"
        result.cardTypeCode = "CR"
        result.last4 = "4242"
        result.entryMode = "CHIP"
        result.idPosTxs = "936101"
        result.success = true
        result.report = Array("[]".utf8)
        return result
    }()

    /// The fields of a value that are as in another one.
    private func alike<Value>(_ value: Value, _ other: Value) -> [String] {
        zip(Mirror(reflecting: value).children, Mirror(reflecting: other).children)
            .filter { String(describing: $0.value) == String(describing: $1.value) }.compactMap(\.0.label)
    }

    @Test func `the sample of the next test has a value in each field, also in one that is added later`() throws {
        let (full, new) = (try Self.full(), Charge().candidate)
        #expect(alike(full.posting, new.posting) == [])
        #expect(alike(full.stay, new.stay) == [])
        #expect(alike(full.preparation, new.preparation) == [])
        #expect(alike(full.statusQueries, new.statusQueries) == [])
        #expect(alike(full.outcome, new.outcome) == [])
        #expect(alike(full.contradictions, new.contradictions) == [])
        #expect(alike(Self.result, TerminalResult()) == [])
        let setOnce = ["id", "command", "country", "environment", "original", "address", "acceptedAt"]
        #expect(alike(full, new).filter { !setOnce.contains($0) } == [])
    }

    @Test func `each field of each group goes into its columns and comes out of them`() throws {
        let full = try Self.full()
        var row = Row()
        row.add(full.place)
        TransactionColumns.writeCommand(full, &row)
        TransactionColumns.writeOriginal(full, &row)
        TransactionColumns.writeAddress(full.address, &row)
        ProgressColumn.write(full, &row)
        row.add(full.idPosTxs)
        LaneColumn.write(full, &row)
        OutcomeColumn.write(full, &row)
        ResultColumn.write(full, &row)
        RareColumn.write(full, &row)
        #expect(row.values.count == TransactionColumns.all.count)
        #expect(try TransactionColumns.read(&row) == full)
    }

    @Test func `no column stands in two groups`() {
        let names = TransactionColumns.all
        #expect(Set(names).count == names.count)
        #expect(Set(ColumnGroups.all.names).isSubset(of: Set(names)))
    }

    @Test func `a group is written where one of its fields changed, and else not`() throws {
        let (full, new) = (try Self.full(), Charge().candidate)
        #expect(ColumnGroups(changedFrom: full, to: full) == [])
        var changed = new
        changed.stay = full.stay
        #expect(ColumnGroups(changedFrom: new, to: changed) == .lane)
        changed = new
        changed.outcome = full.outcome
        #expect(ColumnGroups(changedFrom: new, to: changed) == .outcome)
        for change: (inout Transaction) -> Void in [
            { $0.preparation = full.preparation }, { $0.cancelAttempt = full.cancelAttempt },
            { $0.restoredAt = full.restoredAt }, { $0.contradictions = full.contradictions },
        ] {
            changed = new
            change(&changed)
            #expect(ColumnGroups(changedFrom: new, to: changed) == .rare)
        }
    }
}
