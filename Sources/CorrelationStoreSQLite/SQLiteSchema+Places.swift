// SPDX-License-Identifier: Apache-2.0

extension SQLiteSchema {
    /// The table of transactions anew, with the place that a commit gives as its key.
    ///
    /// SQLite numbers rows of any table, but only the numbers of a declared key are kept by `VACUUM`
    /// (<https://www.sqlite.org/lang_vacuum.html>). The rows that are there are numbered in the order of their commits.
    /// Those in a lane come last, by their names: so the older program ordered a lane, and one of them may be at the
    /// terminal. The columns stand in the groups of `TransactionColumns`.
    static let places = """
        CREATE TABLE placed_transactions (
            place INTEGER PRIMARY KEY,

            id TEXT NOT NULL UNIQUE,
            account TEXT NOT NULL,
            command_id TEXT NOT NULL,
            type TEXT NOT NULL,
            terminal TEXT NOT NULL,
            branch TEXT NOT NULL,
            serial_number TEXT NOT NULL,
            alias TEXT,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            reference TEXT NOT NULL,
            options TEXT,
            metadata TEXT,
            expires_at INTEGER NOT NULL,
            country TEXT NOT NULL,
            environment TEXT NOT NULL,
            accepted_at INTEGER NOT NULL,

            original_reference TEXT,
            original_id TEXT,
            original TEXT,

            reply_to TEXT,
            correlation_id TEXT,
            traceparent TEXT,
            tracestate TEXT,

            status TEXT NOT NULL,
            submitting INTEGER NOT NULL,
            reason TEXT,
            waited_for TEXT,
            sequence INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            posted_at INTEGER,
            submitted_at INTEGER,
            queries INTEGER NOT NULL,
            query_at INTEGER,
            due_at INTEGER,
            contradictions TEXT,
            known_to_cloud INTEGER NOT NULL DEFAULT 0,
            rejected_tokens INTEGER NOT NULL DEFAULT 0,
            refused_posts INTEGER NOT NULL DEFAULT 0,
            in_doubt_since INTEGER,

            id_pos_txs TEXT,

            in_lane INTEGER NOT NULL DEFAULT 0,
            life_over INTEGER NOT NULL DEFAULT 0,
            journal_read_at INTEGER,

            completed_at INTEGER,
            decided_by TEXT,
            paid_claim TEXT,
            result_function_code INTEGER,
            result_response_code TEXT,
            result_response_message TEXT,
            result_terminal TEXT,
            result_ticket TEXT,
            result_authorization_code TEXT,
            result_amount INTEGER,
            result_tip INTEGER,
            result_cashback INTEGER,
            result_operation_id INTEGER,
            result_trans_token TEXT,
            result_local_time TEXT,
            result_utc_offset INTEGER,
            result_brand_code TEXT,
            result_card_type_code TEXT,
            result_last4 TEXT,
            result_entry_mode TEXT,
            result_id_pos_txs TEXT,
            result_success INTEGER,
            result_report TEXT,

            open_contradictions INTEGER NOT NULL DEFAULT 0,
            restored_at INTEGER,
            receipt_seen_at INTEGER,
            cancel_sent_at INTEGER,
            cancel_ended_at INTEGER,
            batch_report TEXT
        ) STRICT;

        INSERT INTO placed_transactions (\(columns))
        SELECT \(columns) FROM transactions WHERE in_lane = 0 ORDER BY rowid;
        INSERT INTO placed_transactions (\(columns))
        SELECT \(columns) FROM transactions WHERE in_lane = 1 ORDER BY id;
        DROP TABLE transactions;
        ALTER TABLE placed_transactions RENAME TO transactions;

        CREATE UNIQUE INDEX transactions_command ON transactions (account, command_id);
        CREATE INDEX transactions_reference ON transactions (account, reference);
        CREATE INDEX transactions_unfinished ON transactions (id) WHERE completed_at IS NULL;
        CREATE INDEX transactions_ended ON transactions (status, id) WHERE completed_at IS NOT NULL;
        CREATE INDEX transactions_lane ON transactions (account, terminal, id) WHERE in_lane = 1;
        CREATE INDEX transactions_terminal ON transactions (account, terminal, id);
        CREATE UNIQUE INDEX transactions_number ON transactions (account, id_pos_txs)
        WHERE id_pos_txs IS NOT NULL AND type IN ('charge', 'promo', 'void', 'refund');
        CREATE UNIQUE INDEX transactions_payment ON transactions (account, paid_claim) WHERE paid_claim IS NOT NULL;
        CREATE INDEX transactions_original ON transactions (original_id, id) WHERE original_id IS NOT NULL;
        CREATE INDEX transactions_authorization_key
        ON transactions (account, upper(ltrim(result_authorization_code, '0')))
        WHERE result_authorization_code IS NOT NULL;
        CREATE INDEX transactions_contradicted ON transactions (id) WHERE open_contradictions > 0;
        CREATE INDEX transactions_contradictory ON transactions (account, id) WHERE contradictions IS NOT NULL;
        """

    /// The columns as they were when this migration was written; a later one does not change it.
    private static let columns = """
        id, account, command_id, type, terminal, branch, serial_number, alias, amount, currency, reference, options, \
        metadata, expires_at, country, environment, accepted_at, original_reference, original_id, original, reply_to, \
        correlation_id, traceparent, tracestate, status, submitting, reason, waited_for, sequence, attempts, posted_at, \
        submitted_at, queries, query_at, due_at, contradictions, known_to_cloud, rejected_tokens, refused_posts, \
        in_doubt_since, id_pos_txs, in_lane, life_over, journal_read_at, completed_at, decided_by, paid_claim, \
        result_function_code, result_response_code, result_response_message, result_terminal, result_ticket, \
        result_authorization_code, result_amount, result_tip, result_cashback, result_operation_id, \
        result_trans_token, result_local_time, result_utc_offset, result_brand_code, result_card_type_code, \
        result_last4, result_entry_mode, result_id_pos_txs, result_success, result_report, open_contradictions, \
        restored_at, receipt_seen_at, cancel_sent_at, cancel_ended_at, batch_report
        """
}
