// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The columns of `transactions`, in groups that change together, and a transaction's way into and out of them.
///
/// The order of names, of `write…` and of `read` is one and the same.
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
    /// Set by nearly every input.
    package static let progress = [
        "status", "submitting", "reason", "waited_for", "sequence", "attempts", "posted_at", "submitted_at", "queries",
        "query_at", "due_at", "contradictions", "known_to_cloud", "rejected_tokens",
        "refused_posts",
    ]
    /// Set when the cloud gives its number.
    package static let number = ["id_pos_txs"]
    /// Set at both ends of a stay in the lane.
    package static let lane = ["in_lane", "life_over", "journal_read_at"]
    /// Set with the final status.
    package static let end = [
        "completed_at", "decided_by", "paid_claim", "result_function_code", "result_response_code",
        "result_response_message", "result_terminal", "result_ticket", "result_authorization_code", "result_amount",
        "result_tip", "result_cashback", "result_operation_id", "result_trans_token", "result_local_time",
        "result_utc_offset", "result_brand_code", "result_card_type_code", "result_last4", "result_entry_mode",
        "result_id_pos_txs", "result_success", "result_report",
    ]
    /// Set by contradictions, people, restored backups, voids and closes.
    package static let exceptional = [
        "open_contradictions", "restored_at", "receipt_seen_at", "cancel_sent_at", "cancel_ended_at", "batch_report",
    ]
    /// Every column but `in_doubt_since`, which is for counting only.
    package static let all = given + command + original + address + progress + number + lane + end + exceptional

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

    package static func writeProgress(_ transaction: Transaction, _ row: inout some RowWriter) {
        row.add(transaction.status.rawValue)
        row.add(transaction.isSubmitting)
        row.add(transaction.reason?.code.rawValue)
        row.add(transaction.reason?.waitedFor?.rawValue)
        row.add(transaction.sequence)
        row.add(Int64(transaction.attempts))
        row.add(transaction.postedAt)
        row.add(transaction.submittedAt)
        row.add(Int64(transaction.queries))
        row.add(transaction.queryAt)
        row.add(transaction.dueAt)
        row.add(text: StoredJSON.contradictions(transaction.contradictions))
        row.add(transaction.isKnownToCloud)
        row.add(Int64(transaction.rejectedTokens))
        row.add(Int64(transaction.refusedPosts))
    }

    package static func writeLane(_ transaction: Transaction, _ row: inout some RowWriter) {
        row.add(transaction.isInLane)
        row.add(transaction.isLifeOver)
        row.add(transaction.journalReadAt)
    }

    package static func writeEnd(_ transaction: Transaction, _ row: inout some RowWriter) {
        let result = transaction.result
        row.add(transaction.completedAt)
        row.add(transaction.decidedBy?.rawValue)
        row.add(transaction.paidClaim)
        row.add(result?.functionCode)
        // A row without a result has NULL here; a result without a readable number has a word.
        row.add(result.map { StoredResponseCode.text($0.responseCode) })
        row.add(result?.responseMessage)
        row.add(result?.terminalID)
        row.add(result?.ticket)
        row.add(result?.authorizationCode)
        row.add(result?.amount)
        row.add(result?.tip)
        row.add(result?.cashback)
        row.add(result?.operationID)
        row.add(result?.transToken)
        row.add(result?.localTime)
        row.add(result?.utcOffset.map(Int64.init))
        row.add(result?.brandCode)
        row.add(result?.cardTypeCode)
        row.add(result?.last4)
        row.add(result?.entryMode)
        row.add(result?.idPosTxs)
        row.add(result?.success.map { Int64($0 ? 1 : 0) })
        row.add(text: result?.report)
    }

    package static func writeExceptional(_ transaction: Transaction, _ row: inout some RowWriter) {
        row.add(Int64(transaction.openContradictions))
        row.add(transaction.restoredAt)
        row.add(transaction.receiptSeenAt)
        row.add(transaction.cancelSentAt)
        row.add(transaction.cancelEndedAt)
        row.add(text: transaction.batchReport)
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
        try readProgress(of: &transaction, &row)
        transaction.idPosTxs = row.optionalText()
        transaction.isInLane = row.flag()
        transaction.isLifeOver = row.flag()
        transaction.journalReadAt = row.optionalInstant()
        try readEnd(of: &transaction, &row)
        transaction.settledContradictions = transaction.contradictions.count - Int(row.integer())
        transaction.restoredAt = row.optionalInstant()
        transaction.receiptSeenAt = row.optionalInstant()
        transaction.cancelSentAt = row.optionalInstant()
        transaction.cancelEndedAt = row.optionalInstant()
        transaction.batchReport = row.optionalBytes()
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

    private static func readProgress(of transaction: inout Transaction, _ row: inout some RowReader) throws {
        let status: TransactionStatus = try row.word("transactions.status", of: transaction.id)
        let isSubmitting = row.flag()
        let code: Reason.Code? = try row.optionalWord("transactions.reason", of: transaction.id)
        let waitedFor: Reason.Code? = try row.optionalWord("transactions.waited_for", of: transaction.id)
        transaction.reason = code.map { Reason($0, waitedFor: waitedFor) }
        transaction.sequence = row.integer()
        transaction.attempts = Int(row.integer())
        transaction.postedAt = row.optionalInstant()
        transaction.submittedAt = row.optionalInstant()
        transaction.queries = Int(row.integer())
        transaction.queryAt = row.optionalInstant()
        transaction.dueAt = row.optionalInstant()
        transaction.contradictions = try StoredJSON.contradictions(row.optionalBytes(), of: transaction.id)
        transaction.isKnownToCloud = row.flag()
        transaction.rejectedTokens = Int(row.integer())
        transaction.refusedPosts = Int(row.integer())
        transaction.state = isSubmitting ? .submitting(attempt: transaction.attempts) : status.restingState
    }

    private static func readEnd(of transaction: inout Transaction, _ row: inout some RowReader) throws {
        transaction.completedAt = row.optionalInstant()
        transaction.decidedBy = try row.optionalWord("transactions.decided_by", of: transaction.id)
        _ = row.optionalText()
        var result = TerminalResult()
        result.functionCode = row.optionalInteger()
        let responseCode = row.optionalText()
        result.responseMessage = row.optionalText()
        result.terminalID = row.optionalText()
        result.ticket = row.optionalText()
        result.authorizationCode = row.optionalText()
        result.amount = row.optionalInteger()
        result.tip = row.optionalInteger()
        result.cashback = row.optionalInteger()
        result.operationID = row.optionalInteger()
        result.transToken = row.optionalText()
        result.localTime = row.optionalText()
        result.utcOffset = row.optionalInteger().map { Int($0) }
        result.brandCode = row.optionalText()
        result.cardTypeCode = row.optionalText()
        result.last4 = row.optionalText()
        result.entryMode = row.optionalText()
        result.idPosTxs = row.optionalText()
        result.success = row.optionalInteger().map { $0 != 0 }
        result.report = row.optionalBytes()
        guard let responseCode else { return }
        result.responseCode = try StoredResponseCode.value(responseCode, of: transaction.id)
        transaction.result = result
    }
}

extension Transaction {
    /// Whether a POST may be under way; the attempt's number is `attempts`.
    fileprivate var isSubmitting: Bool {
        if case .submitting(let attempt) = state {
            precondition(attempt == attempts, "only the last attempt is under way")
            return true
        }
        return false
    }
}

extension TransactionStatus {
    /// The state behind a status while no POST is under way.
    fileprivate var restingState: TransactionState {
        switch self {
        case .accepted, .waiting: .accepted
        case .submitted: .submitted
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .failed: .failed
        case .inDoubt: .inDoubt
        case .completed: .completed
        }
    }
}
