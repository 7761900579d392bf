// SPDX-License-Identifier: Apache-2.0

/// The statements that a charge needs, in the shape that the store writes them.
enum FloorText {
    static let byCommand = "SELECT \(transaction) FROM transactions WHERE account = ? AND command_id = ?"
    static let byReference = """
        SELECT \(transaction) FROM transactions
        WHERE account = ? AND reference = ? AND (completed_at IS NULL OR status = 'approved')
            AND type IN ('charge', 'void', 'refund')
        ORDER BY place DESC LIMIT 1
        """
    static let lane = """
        SELECT count(*), min(place), id FROM transactions INDEXED BY transactions_lane
        WHERE account = ? AND terminal = ? AND in_lane = 1
        """
    // The condition of the index, without which the whole table is walked.
    static let byNumber = """
        SELECT id FROM transactions WHERE account = ? AND id_pos_txs = ? AND id_pos_txs IS NOT NULL
        AND type IN ('charge', 'promo', 'void', 'refund')
        """
    static let byPayment = "SELECT id FROM transactions WHERE account = ? AND paid_claim IN (?, ?)"

    static let insertTransaction = insert(
        into: "transactions",
        "\(command), \(address), \(progress), \(lanes), completed_at"
    )
    static let insertEvidence = insert(into: "evidence", "transaction_id, source, finding, masked, received_at")
    static let insertOutbox = insert(
        into: "outbox",
        """
        transaction_id, kind, event_id, name, routing_key, exchange, data, body, causation_id, reply_to, \
        correlation_id, traceparent, tracestate, content_type, content_encoding, message_id, sent_at, headers, \
        must_be_routed, appended_at
        """
    )

    static let updateProgress = update("")
    static let updateNumber = update(", id_pos_txs = ?")
    static let updateEnd = update(", " + assignments("\(lanes), \(end)"))
    static let settle = "UPDATE outbox SET settled_at = ?, retry_at = ?, returns = returns + ? WHERE position = ?"

    private static let command = """
        id, account, command_id, type, terminal, branch, serial_number, alias, amount, currency, reference, options, \
        metadata, expires_at, country, environment, accepted_at
        """
    private static let address = "reply_to, correlation_id, traceparent, tracestate"
    private static let progress = """
        status, submitting, reason, waited_for, sequence, attempts, posted_at, submitted_at, queries, query_at, due_at, \
        contradictions, known_to_cloud, rejected_tokens
        """
    private static let lanes = "in_lane, life_over, journal_read_at"
    private static let end = """
        completed_at, decided_by, paid_claim, result_function_code, result_response_code, result_response_message, \
        result_terminal, result_ticket, result_authorization_code, result_amount, result_tip, result_cashback, \
        result_operation_id, result_trans_token, result_local_time, result_utc_offset, result_brand_code, \
        result_card_type_code, result_last4, result_entry_mode, result_id_pos_txs, result_success, result_report
        """
    private static let transaction = "\(command), \(address), \(progress), id_pos_txs, \(lanes), \(end)"

    private static func insert(into table: String, _ columns: String) -> String {
        let marks = columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns)) VALUES (\(marks))"
    }

    private static func assignments(_ columns: String) -> String {
        columns.split(separator: ",").map { "\($0) = ?" }.joined(separator: ",")
    }

    private static func update(_ more: String) -> String {
        """
        UPDATE transactions SET \(assignments(progress)), \
        in_doubt_since = CASE WHEN ?1 = 'in_doubt' THEN coalesce(in_doubt_since, ?) END\(more) WHERE id = ?
        """
    }
}
