// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
internal import BridgeLedger
internal import CorrelationStore

/// What a reading of a terminal's journal, a void or a refund is held against.
extension PostgresRows {
    /// By how much the instant in a name may differ from that of the commit: clocks are set, and two bridges have two.
    ///
    /// An index is searched by names only with so much room. Names never decide an order (decision 0016).
    private static let nameTolerance = Duration.seconds(86_400)

    private static func oldestName(_ instant: Timestamp) -> String {
        TransactionID(at: instant - nameTolerance, random: 0).description
    }

    package func undecided(at terminal: String, account: String) throws -> [Transaction] {
        try transactions(Text.selectUndecided) { $0.add(account, terminal) }
    }

    package func approved(
        at terminal: String,
        account: String,
        postedFrom start: Timestamp,
        to end: Timestamp
    ) throws -> [Transaction] {
        try transactions(Text.selectApproved) { row in
            row.add(account, terminal)
            // A name begins with the instant of acceptance, and a POST follows within the longest life of a command.
            row.add(Self.oldestName(start - CommandReader.longestLife))
            row.add(start)
            row.add(end)
        }
    }

    package func contradicted(
        at terminal: String,
        account: String,
        acceptedFrom start: Timestamp
    ) throws -> [Transaction] {
        try transactions(Text.selectContradicted) { row in
            row.add(account, Self.oldestName(start))
            row.add(terminal)
        }
    }

    package func paidSales(at terminal: String, account: String, authorizedBy key: String) throws -> [Transaction] {
        try transactions(Text.selectPaidSales) { row in
            row.add(account, key)
            row.add(terminal)
        }
    }

    package func isReferenceReused(_ transaction: Transaction) throws -> Bool {
        guard let reference = transaction.command.content.reference else { return false }
        let found = try open().first(
            Text.selectReused,
            { row in
                row.add(transaction.command.content.account, reference)
                row.add(transaction.id.description)
            },
            { $0.integer() }
        )
        return found != nil
    }

    package func hasYoungerPost(than transaction: Transaction) throws -> Bool {
        let content = transaction.command.content
        let found = try open().first(
            Text.selectYoungerPost,
            { row in
                row.add(content.account, content.terminal.idTerminal)
                // What has a greater place was named later, by a clock that may be behind.
                row.add(Self.oldestName(transaction.acceptedAt))
                row.add(transaction.place)
            },
            { $0.integer() }
        )
        return found != nil
    }

    package func amendments(of originals: [TransactionID]) throws -> [Transaction] {
        try originals.flatMap { id in try transactions(Text.selectAmendments) { $0.add(id.description) } }
    }

    package func sales(authorizedBy key: String, account: String) throws -> [Transaction] {
        let approved = try transactions(Text.selectAuthorizedSales) { $0.add(account, key) }
        // The payment of these speaks against their status, so that no column names it.
        let contradicted = try transactions(Text.selectContradictedSales) { $0.add(account) }
        return approved + contradicted.filter { OriginalSale($0)?.authorizationKey == key }
    }

    package func foreignSales(authorizedBy key: String, account: String) throws -> [OriginalSale] {
        try open().all(
            Text.selectForeignSales,
            { $0.add(account, key) },
            { row -> OriginalSale? in
                let id = TransactionID(row.text())
                let receipt = SaleReceipt(
                    operationID: row.integer(),
                    authorizationCode: row.text(),
                    date: row.text(),
                    amount: Money(row.integer(), try row.word("foreign_sales.currency", of: id))
                )
                return id.map { OriginalSale(receipt, id: $0) }
            }
        ).compactMap { $0 }
    }

    package func correctForeignSale(_ sale: OriginalSale) throws {
        try open().send(Text.updateForeignSale) { row in
            row.add(sale.amount.value)
            row.add(sale.id.description)
        }
    }

    package func insertForeignSale(_ sale: OriginalSale, account: String, at instant: Timestamp) throws {
        try open().send(Text.insertForeignSale) { row in
            row.add(sale.id.description)
            row.add(account)
            row.add(sale.operationID)
            row.add(sale.authorizationCode)
            row.add(sale.date)
            row.add(sale.amount.value)
            row.add(sale.amount.currency.rawValue)
            row.add(instant)
        }
    }

    package func lastClose(at terminal: String, account: String, acceptedAfter start: Timestamp) throws -> Timestamp? {
        try open().first(
            Text.selectLastClose,
            { row in
                row.add(account, terminal)
                row.add(Self.oldestName(start))
            },
            { $0.optionalInstant() }
        ) ?? nil
    }
}

extension PostgresRows.Text {
    fileprivate static let selectAmendments = PostgresStatement(
        "SELECT \(columns) FROM transactions WHERE original_id = $1 ORDER BY place"
    )
    fileprivate static let selectAuthorizedSales = PostgresStatement(
        """
        SELECT \(columns) FROM transactions
        WHERE account = $1 AND upper(ltrim(result_authorization_code, '0')) = $2
            AND result_authorization_code IS NOT NULL AND status = 'approved'
        ORDER BY result_operation_id IS NULL, place DESC
        """
    )
    fileprivate static let selectContradictedSales = PostgresStatement(
        """
        SELECT \(columns) FROM transactions
        WHERE account = $1 AND contradictions IS NOT NULL AND status <> 'approved'
        ORDER BY place DESC
        """
    )
    fileprivate static let selectForeignSales = PostgresStatement(
        """
        SELECT id, operation_id, authorization_code, date, amount, currency FROM foreign_sales
        WHERE account = $1 AND upper(ltrim(authorization_code, '0')) = $2
        ORDER BY id
        """
    )
    fileprivate static let updateForeignSale = PostgresStatement("UPDATE foreign_sales SET amount = $1 WHERE id = $2")
    fileprivate static let insertForeignSale = PostgresStatement(
        insert: ["id", "account", "operation_id", "authorization_code", "date", "amount", "currency", "noted_at"],
        into: "foreign_sales"
    )
    fileprivate static let selectLastClose = PostgresStatement(
        """
        SELECT max(completed_at) FROM transactions
        WHERE account = $1 AND terminal = $2 AND id >= $3 AND type = 'close' AND status = 'completed'
        """
    )
}
