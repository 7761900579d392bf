// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
internal import BridgeLedger
internal import CorrelationStore

/// What voids and refunds are held against; rare, so its statements are compiled when they are needed.
extension SQLiteRows {
    package func amendments(of originals: [TransactionID]) throws -> [Transaction] {
        try originals.flatMap { id in
            try occasional(Text.selectAmendments).all({ $0.add(id.description) }, TransactionColumns.read)
        }
    }

    package func sales(authorizedBy key: String, account: String) throws -> [Transaction] {
        let approved = try occasional(Text.selectAuthorizedSales).all(
            {
                $0.add(account)
                $0.add(key)
            },
            TransactionColumns.read
        )
        // The payment of these speaks against their status, so that no column names it.
        let contradicted = try occasional(Text.selectContradictedSales).all(
            { $0.add(account) },
            TransactionColumns.read
        )
        return approved + contradicted.filter { OriginalSale($0)?.authorizationKey == key }
    }

    package func foreignSales(authorizedBy key: String, account: String) throws -> [OriginalSale] {
        try occasional(Text.selectForeignSales).all(
            {
                $0.add(account)
                $0.add(key)
            },
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
        try occasional(Text.updateForeignSale).run { row in
            row.add(sale.amount.value)
            row.add(sale.id.description)
        }
    }

    package func insertForeignSale(_ sale: OriginalSale, account: String, at instant: Timestamp) throws {
        try occasional(Text.insertForeignSale).run { row in
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
        try occasional(Text.selectLastClose).first(
            {
                $0.add(account, terminal)
                $0.add(TransactionID(at: start - Self.nameTolerance, random: 0).description)
            },
            { $0.optionalInstant() }
        ) ?? nil
    }
}

extension SQLiteRows.Text {
    fileprivate static let selectAmendments = """
        SELECT \(columns) FROM transactions INDEXED BY transactions_original WHERE original_id = ? ORDER BY place
        """
    fileprivate static let selectAuthorizedSales = """
        SELECT \(columns) FROM transactions INDEXED BY transactions_authorization_key
        WHERE account = ? AND upper(ltrim(result_authorization_code, '0')) = ?
            AND result_authorization_code IS NOT NULL AND status = 'approved'
        ORDER BY result_operation_id IS NULL, place DESC
        """
    fileprivate static let selectContradictedSales = """
        SELECT \(columns) FROM transactions INDEXED BY transactions_contradictory
        WHERE account = ? AND contradictions IS NOT NULL AND status <> 'approved'
        ORDER BY place DESC
        """
    fileprivate static let selectForeignSales = """
        SELECT id, operation_id, authorization_code, date, amount, currency
        FROM foreign_sales INDEXED BY foreign_sales_authorization_key
        WHERE account = ? AND upper(ltrim(authorization_code, '0')) = ?
        ORDER BY id
        """
    fileprivate static let updateForeignSale = "UPDATE foreign_sales SET amount = ? WHERE id = ?"
    fileprivate static let insertForeignSale = insert(
        ["id", "account", "operation_id", "authorization_code", "date", "amount", "currency", "noted_at"],
        into: "foreign_sales"
    )
    fileprivate static let selectLastClose = """
        SELECT max(completed_at) FROM transactions INDEXED BY transactions_terminal
        WHERE account = ? AND terminal = ? AND id >= ? AND type = 'close' AND status = 'completed'
        """
}
