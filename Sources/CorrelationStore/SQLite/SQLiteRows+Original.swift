// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What voids and refunds are held against; rare, so its statements are compiled when they are needed.
extension SQLiteRows {
    func amendments(of originals: [TransactionID]) throws -> [Transaction] {
        try originals.flatMap { id in
            try occasional(Text.selectAmendments).all({ $0.add(id.description) }, TransactionColumns.read)
        }
    }

    func sale(with receipt: SaleReceipt, account: String) throws -> Transaction? {
        let approved = try occasional(Text.selectSaleOfReceipt).all(
            {
                $0.add(account)
                $0.add(receipt.authorizationCode)
                $0.add(receipt.operationID)
            },
            TransactionColumns.read
        )
        return try (approved + contradicted(around: receipt, account: account)).first { transaction in
            OriginalSale(transaction).map { $0.mayBe(receipt) } ?? false
        }
    }

    func sales(authorizedBy code: String, account: String) throws -> [OriginalSale] {
        let found = try occasional(Text.selectAuthorizedSales).all(
            {
                $0.add(account)
                $0.add(code)
            },
            TransactionColumns.read
        )
        return found.compactMap { OriginalSale($0) }
    }

    /// Sales of those days whose payment speaks against their status, so that no column names it.
    private func contradicted(around receipt: SaleReceipt, account: String) throws -> [Transaction] {
        guard let day = Timestamp.beginning(ofDay: receipt.date) else { return [] }
        return try occasional(Text.selectContradictedSales).all(
            {
                $0.add(TransactionID(at: day - Self.nameTolerance * 2, random: 0).description)
                $0.add(TransactionID(at: day + Self.nameTolerance * 3, random: 0).description)
                $0.add(account)
            },
            TransactionColumns.read
        )
    }

    func foreignSales(authorizedBy code: String, account: String) throws -> [OriginalSale] {
        try occasional(Text.selectForeignSales).all(
            {
                $0.add(account)
                $0.add(code)
            },
            { row -> OriginalSale? in
                let id = TransactionID(row.text())
                let receipt = SaleReceipt(
                    operationID: row.integer(),
                    authorizationCode: code,
                    date: row.text(),
                    amount: Money(row.integer(), try row.word("foreign_sales.currency", of: id))
                )
                return id.map { OriginalSale(receipt, id: $0) }
            }
        ).compactMap { $0 }
    }

    func foreignSale(with receipt: SaleReceipt, account: String) throws -> OriginalSale? {
        let found = try occasional(Text.selectForeignSale).first(
            {
                $0.add(account)
                $0.add(receipt.operationID)
                $0.add(receipt.authorizationCode)
                $0.add(receipt.date)
            },
            { row -> OriginalSale? in
                let id = TransactionID(row.text())
                let amount = Money(row.integer(), try row.word("foreign_sales.currency", of: id))
                let recorded = SaleReceipt(
                    operationID: receipt.operationID,
                    authorizationCode: receipt.authorizationCode,
                    date: receipt.date,
                    amount: amount
                )
                return id.map { OriginalSale(recorded, id: $0) }
            }
        )
        return found ?? nil
    }

    func insertForeignSale(_ sale: OriginalSale, account: String, at instant: Timestamp) throws {
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

    func lastClose(at terminal: String, account: String, acceptedAfter start: Timestamp) throws -> Timestamp? {
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
        SELECT \(columns) FROM transactions INDEXED BY transactions_original WHERE original_id = ? ORDER BY id
        """
    fileprivate static let selectSaleOfReceipt = """
        SELECT \(columns) FROM transactions INDEXED BY transactions_authorization
        WHERE account = ? AND result_authorization_code = ? AND coalesce(result_operation_id, ?3) = ?3
            AND status = 'approved'
        ORDER BY result_operation_id IS NULL, id DESC
        """
    fileprivate static let selectAuthorizedSales = """
        SELECT \(columns) FROM transactions INDEXED BY transactions_authorization
        WHERE account = ? AND result_authorization_code = ? AND status = 'approved'
        """
    fileprivate static let selectContradictedSales = """
        SELECT \(columns) FROM transactions
        WHERE id >= ? AND id < ? AND account = ? AND contradictions IS NOT NULL AND status <> 'approved'
        ORDER BY id DESC
        """
    fileprivate static let selectForeignSales = """
        SELECT id, operation_id, date, amount, currency FROM foreign_sales WHERE account = ? AND authorization_code = ?
        """
    fileprivate static let selectForeignSale = """
        SELECT id, amount, currency FROM foreign_sales
        WHERE account = ? AND operation_id = ? AND authorization_code = ? AND date = ?
        """
    fileprivate static let insertForeignSale = insert(
        ["id", "account", "operation_id", "authorization_code", "date", "amount", "currency", "noted_at"],
        into: "foreign_sales"
    )
    fileprivate static let selectLastClose = """
        SELECT max(completed_at) FROM transactions INDEXED BY transactions_terminal
        WHERE account = ? AND terminal = ? AND id >= ? AND type = 'close' AND status = 'completed'
        """
}
