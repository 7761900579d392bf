// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The columns of `transactions`, and a transaction's way into and out of them.
///
/// What changes later stands in groups, each a `ColumnGroup`. What is set once stands here: the order of its names, of
/// `write…` and of `read` is one and the same.
package enum TransactionColumns {
    /// Given by the engine when the row is inserted.
    package static let given = ["place"]
    /// Set once.
    package static let command = [
        "id", "account", "command_id", "type", "terminal", "branch", "serial_number", "alias", "amount", "currency",
        "reference", "options", "metadata", "expires_at", "country", "environment", "accepted_at",
    ]
    /// Set once, for commands about an earlier sale.
    package static let original = ["original_reference", "original_id", "original"]
    /// Set again by a later delivery.
    package static let address = ["reply_to", "correlation_id", "traceparent", "tracestate"]
    /// Set when the cloud gives its number.
    package static let number = ["id_pos_txs"]
    /// Every column but `in_doubt_since`, which is for counting only.
    package static let all =
        given + command + original + address + ProgressColumn.names + number + LaneColumn.names + OutcomeColumn.names
        + ResultColumn.names + RareColumn.names

    package static func writeCommand(_ transaction: Transaction, _ row: inout some RowWriter) {
        let command = transaction.command
        let content = command.content
        row.add(transaction.id.description)
        row.add(content.account)
        row.add(command.commandID)
        row.add(content.type.rawValue)
        row.add(content.terminal.idTerminal)
        row.add(content.terminal.idSucursal)
        row.add(content.terminal.serialNumber)
        row.add(content.terminal.alias)
        // The columns are older than commands without an amount, a currency or a reference.
        row.add(content.amount?.value ?? 0)
        row.add(content.amount?.currency.rawValue ?? "")
        row.add(content.reference ?? "")
        row.add(text: StoredJSON.options(content.options))
        row.add(text: command.metadata)
        row.add(command.expiresAt)
        row.add(transaction.country)
        row.add(transaction.environment)
        row.add(transaction.acceptedAt)
    }

    package static func writeOriginal(_ transaction: Transaction, _ row: inout some RowWriter) {
        row.add(text: transaction.command.content.original.map(StoredOriginal.reference))
        row.add(transaction.original?.id.description)
        row.add(text: transaction.original.map(StoredOriginal.sale))
    }

    package static func writeAddress(_ address: ReplyAddress, _ row: inout some RowWriter) {
        row.add(address.replyTo)
        row.add(address.correlationID)
        row.add(address.traceparent)
        row.add(address.tracestate)
    }

    /// Reads the columns `all`.
    ///
    /// - Throws: `StoredRowFault` where a value is none of ours.
    package static func read(_ row: inout some RowReader) throws -> Transaction {
        let place = row.integer()
        let name = row.text()
        guard let id = TransactionID(name) else { throw StoredRowFault("transactions.id", of: name) }
        let account = row.text()
        let commandID = row.text()
        let type: CommandType = try row.word("transactions.type", of: id)
        let terminal = Terminal(
            storedTerminal: row.text(),
            branch: row.text(),
            serialNumber: row.text(),
            alias: row.optionalText()
        )
        let value = row.integer()
        let currency = row.text()
        let reference = row.text()
        let options = try StoredJSON.options(row.optionalBytes(), of: id)
        let metadata = row.optionalBytes()
        let expiresAt = row.instant()
        let country = row.text()
        let environment = row.text()
        let acceptedAt = row.instant()
        let content = Command.Content(
            type: type,
            account: account,
            terminal: terminal,
            amount: try amount(value, currency, of: id),
            reference: reference.isEmpty ? nil : reference,
            original: try row.optionalBytes().map { try StoredOriginal.reference($0, of: id) },
            options: options
        )
        let command = Command(commandID: commandID, content: content, expiresAt: expiresAt, metadata: metadata)
        let originalID = row.optionalText().flatMap { TransactionID($0) }
        let original = try row.optionalBytes().map { try StoredOriginal.sale($0, named: originalID, of: id) }
        var transaction = Transaction(
            id: id,
            command: command,
            country: country,
            environment: environment,
            address: readAddress(&row),
            acceptedAt: acceptedAt
        )
        transaction.place = place
        transaction.original = original
        try ProgressColumn.read(into: &transaction, &row)
        transaction.idPosTxs = row.optionalText()
        try LaneColumn.read(into: &transaction, &row)
        try OutcomeColumn.read(into: &transaction, &row)
        try ResultColumn.read(into: &transaction, &row)
        try RareColumn.read(into: &transaction, &row)
        return transaction
    }

    private static func amount(_ value: Int64, _ currency: String, of id: TransactionID) throws -> Money? {
        guard !currency.isEmpty else { return nil }
        guard let currency = Currency(rawValue: currency) else {
            throw StoredRowFault("transactions.currency", of: id)
        }
        return Money(value, currency)
    }

    package static func readAddress(_ row: inout some RowReader) -> ReplyAddress {
        ReplyAddress(
            replyTo: row.optionalText(),
            correlationID: row.optionalText(),
            traceparent: row.optionalText(),
            tracestate: row.optionalText()
        )
    }
}
