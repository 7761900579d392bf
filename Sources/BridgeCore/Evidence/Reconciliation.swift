// SPDX-License-Identifier: Apache-2.0

/// What comparing a terminal's open batch with the table brought.
///
/// The sums and what is missing are about sales: no terminal is known to list anything else.
/// *Source*: docs/promises.md 4.14, decision 0009.
public struct Reconciliation: Sendable, Equatable {
    /// What one side knows of the batch.
    public struct Side: Sendable, Equatable {
        /// How many sales.
        public fileprivate(set) var count = 0
        /// Their sum, in minor units.
        public fileprivate(set) var total: Int64 = 0

        /// Adds a sale; a sum that no integer holds stays at the bound, since the amounts are a terminal's.
        mutating func add(_ amount: Int64) {
            count += 1
            let (sum, isTooMuch) = total.addingReportingOverflow(amount)
            total = isTooMuch ? (amount < 0 ? .min : .max) : sum
        }
    }

    /// From when on the table's sales belong to the batch, and how that is known.
    ///
    /// A terminal does not say when its batch began.
    public enum Beginning: Sendable, Equatable {
        /// The bridge closed the batch before.
        case close(Timestamp)
        /// The oldest row; what is older may be of a batch before.
        case oldestRow(Timestamp)

        /// From when on.
        public var instant: Timestamp {
            switch self {
            case .close(let instant), .oldestRow(let instant): instant
            }
        }
    }

    /// A row that is no transaction's.
    public struct UnclaimedRow: Sendable, Equatable {
        /// What the terminal remembers.
        public let row: JournalRow
        /// What kind of command it is a row of.
        public let type: CommandType
        /// The undecided transactions that it fits; it proves nothing for them.
        public let candidates: [TransactionID]
    }

    /// A payment that the table knows and the batch does not.
    public struct MissingPayment: Sendable, Equatable {
        /// The transaction of the payment.
        public let transaction: Transaction
        /// What identifies it, as far as is known.
        public let result: TerminalResult
    }

    /// Each list of the report holds so many at most.
    public static let listLimit = 100
    /// So many candidates are named for a row.
    static let candidateLimit = 10
    /// The table is compared no further back; no batch is left open as long.
    public static let longestBatch = Duration.seconds(31 * 86_400)

    /// Since when the table is compared; `nil` where nothing tells, so that nothing can be missing.
    public internal(set) var since: Beginning?
    /// What the terminal's batch has.
    public internal(set) var terminal = Side()
    /// What the batch should have by the table.
    public internal(set) var table = Side()
    /// Rows that no transaction claims, in the order of the list.
    public internal(set) var unclaimed: [UnclaimedRow] = []
    /// Payments without a row, in the order of acceptance.
    public internal(set) var missing: [MissingPayment] = []
    /// Transactions that may have been paid in this batch, and are not decided.
    public internal(set) var undecided: [Transaction] = []

    /// Whether both sides know the same, and nothing is left to be found out.
    public var agrees: Bool { unclaimed.isEmpty && missing.isEmpty && undecided.isEmpty }
}

extension Reconciliation {
    /// A terminal's report for an event, with the comparison: JSON without card data, amounts in minor units.
    public func report(in currency: Currency?) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { report in
            report.object("reconciliation") { $0.write(self, currency) }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ found: Reconciliation, _ currency: Currency?) {
        member("agrees", found.agrees)
        if let since = found.since { write(since) }
        member("currency", currency?.rawValue)
        write("terminal", found.terminal)
        write("table", found.table)
        let limit = Reconciliation.listLimit
        array("unclaimed") { list in
            for row in found.unclaimed.prefix(limit) { list.write(row) }
        }
        array("missing") { list in
            for payment in found.missing.prefix(limit) { list.write(payment) }
        }
        array("undecided") { list in
            for transaction in found.undecided.prefix(limit) { list.writeUndecided(transaction) }
        }
        if max(found.unclaimed.count, found.missing.count, found.undecided.count) > limit { member("truncated", true) }
    }

    fileprivate mutating func write(_ since: Reconciliation.Beginning) {
        object("since") { member in
            member.member("at", since.instant.description)
            switch since {
            case .close: member.member("known", "close")
            case .oldestRow: member.member("known", "oldest_row")
            }
        }
    }

    fileprivate mutating func write(_ name: String, _ side: Reconciliation.Side) {
        object(name) { member in
            member.member("count", side.count)
            member.member("total", side.total)
        }
    }

    fileprivate mutating func write(_ unclaimed: Reconciliation.UnclaimedRow) {
        object { member in
            member.member("type", unclaimed.type.rawValue)
            member.member("amount", unclaimed.row.result.amount)
            member.writeIdentities(of: unclaimed.row.result)
            if !unclaimed.candidates.isEmpty {
                member.array("mayBe") { list in
                    for id in unclaimed.candidates { list.value(id.description) }
                }
            }
        }
    }

    fileprivate mutating func write(_ missing: Reconciliation.MissingPayment) {
        object { member in
            member.writeNames(of: missing.transaction)
            member.member("amount", missing.result.amount ?? missing.transaction.amount?.value)
            member.writeIdentities(of: missing.result)
        }
    }

    fileprivate mutating func writeUndecided(_ transaction: Transaction) {
        object { member in
            member.writeNames(of: transaction)
            member.member("amount", transaction.amount?.value)
            member.member("postedAt", transaction.posting.startedAt?.description)
        }
    }

    private mutating func writeNames(of transaction: Transaction) {
        member("transactionId", transaction.id.description)
        member("commandId", transaction.command.commandID)
        member("type", transaction.command.content.type.rawValue)
        member("status", transaction.status.rawValue)
    }

    private mutating func writeIdentities(of result: TerminalResult) {
        member("operationId", result.operationID)
        member("authorizationCode", result.authorizationCode)
        member("terminalLocalTime", result.localTime)
    }
}
