// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// The schema of the SQLite store and how it came to be.
///
/// Migrations are only ever appended: one that was released is never changed.
enum SQLiteSchema {
    /// Marks a file as a store of this bridge ("GNBR"), for `file(1)` and for us.
    static let applicationID: Int64 = 0x474E_4252

    /// Every migration, oldest first.
    static let migrations = [
        "1 transactions", "2 evidence", "3 outbox", "4 dead letters whole", "5 what the cloud has shown",
        "6 lanes", "7 steps and contradictions", "8 commands beside the sale",
        "9 batches before their close", "10 one sale under several names", "11 identities and refusals",
        "12 refused posts", "13 ends by status", "14 places",
    ]

    /// The number of the last one, kept in `user_version`.
    static var newest: Int { migrations.count }

    /// Brings a database to the newest schema.
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        let texts = [
            transactions, evidence, outbox, deadLettersWhole, shown, lanes, steps, originals, batches, names,
            identities, refusedPosts, endsByStatus, places,
        ]
        for (version, (name, text)) in zip(1..., zip(migrations, texts)) {
            migrator.registerMigration(name) { database in
                try database.execute(sql: text)
                try database.execute(sql: "PRAGMA user_version = \(version)")
            }
        }
        return migrator
    }

    // Instants are milliseconds since 1970; names of things are text, so that the sqlite3 shell reads like the events.
    private static let transactions = """
        CREATE TABLE meta (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE transactions (
            id TEXT NOT NULL PRIMARY KEY,
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
            in_doubt_since INTEGER,
            id_pos_txs TEXT,
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
            result_id_pos_txs TEXT
        ) STRICT;

        CREATE UNIQUE INDEX transactions_command ON transactions (account, command_id);
        CREATE INDEX transactions_reference ON transactions (account, reference);
        CREATE INDEX transactions_unfinished ON transactions (id) WHERE completed_at IS NULL;
        CREATE UNIQUE INDEX transactions_number ON transactions (account, id_pos_txs) WHERE id_pos_txs IS NOT NULL;
        CREATE UNIQUE INDEX transactions_payment ON transactions (account, paid_claim) WHERE paid_claim IS NOT NULL;
        """

    private static let evidence = """
        CREATE TABLE evidence (
            number INTEGER PRIMARY KEY,
            transaction_id TEXT NOT NULL,
            source TEXT NOT NULL,
            finding TEXT NOT NULL,
            masked TEXT NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;

        CREATE INDEX evidence_transaction ON evidence (transaction_id);

        CREATE TABLE quarantined_callbacks (
            number INTEGER PRIMARY KEY,
            cause TEXT NOT NULL,
            transaction_id TEXT NOT NULL,
            id_pos_txs TEXT,
            custom_id TEXT,
            masked_body BLOB NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;
        """

    private static let outbox = """
        CREATE TABLE outbox (
            position INTEGER PRIMARY KEY,
            transaction_id TEXT,
            kind TEXT NOT NULL,
            event_id TEXT NOT NULL,
            name TEXT,
            routing_key TEXT NOT NULL,
            exchange TEXT,
            data TEXT,
            body BLOB,
            causation_id TEXT,
            reply_to TEXT,
            correlation_id TEXT,
            traceparent TEXT,
            tracestate TEXT,
            content_type TEXT,
            headers TEXT,
            must_be_routed INTEGER NOT NULL,
            appended_at INTEGER NOT NULL,
            settled_at INTEGER,
            retry_at INTEGER,
            returns INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE INDEX outbox_transaction ON outbox (transaction_id) WHERE transaction_id IS NOT NULL;
        CREATE INDEX outbox_pending ON outbox (position) WHERE settled_at IS NULL;
        CREATE INDEX outbox_unrouted ON outbox (retry_at) WHERE retry_at IS NOT NULL;
        """

    private static let deadLettersWhole = """
        ALTER TABLE outbox ADD COLUMN content_encoding TEXT;
        ALTER TABLE outbox ADD COLUMN message_id TEXT;
        ALTER TABLE outbox ADD COLUMN sent_at INTEGER;
        """

    private static let shown = """
        ALTER TABLE transactions ADD COLUMN known_to_cloud INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transactions ADD COLUMN rejected_tokens INTEGER NOT NULL DEFAULT 0;
        """

    // Unfinished transactions stand in their lanes: the first start afterwards lets those pass whose time is over.
    private static let lanes = """
        ALTER TABLE transactions ADD COLUMN in_lane INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transactions ADD COLUMN life_over INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transactions ADD COLUMN journal_read_at INTEGER;
        UPDATE transactions SET in_lane = 1 WHERE completed_at IS NULL;
        CREATE INDEX transactions_lane ON transactions (account, terminal, id) WHERE in_lane = 1;
        CREATE INDEX transactions_terminal ON transactions (account, terminal, id);
        """

    // It is not known which contradictions of an older store were dealt with: all of them are open.
    private static let steps = """
        CREATE TABLE steps (
            number INTEGER PRIMARY KEY,
            transaction_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            count INTEGER,
            started_at INTEGER,
            detail TEXT,
            happened_at INTEGER NOT NULL
        ) STRICT;

        CREATE INDEX steps_transaction ON steps (transaction_id);

        ALTER TABLE transactions ADD COLUMN open_contradictions INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE transactions ADD COLUMN restored_at INTEGER;

        UPDATE transactions SET open_contradictions = json_array_length(contradictions)
        WHERE contradictions IS NOT NULL;

        CREATE INDEX transactions_contradicted ON transactions (id) WHERE open_contradictions > 0;
        """
    private static let originals = """
        ALTER TABLE transactions ADD COLUMN original_reference TEXT;
        ALTER TABLE transactions ADD COLUMN original_id TEXT;
        ALTER TABLE transactions ADD COLUMN original TEXT;
        ALTER TABLE transactions ADD COLUMN receipt_seen_at INTEGER;
        ALTER TABLE transactions ADD COLUMN cancel_sent_at INTEGER;
        ALTER TABLE transactions ADD COLUMN cancel_ended_at INTEGER;
        ALTER TABLE transactions ADD COLUMN result_success INTEGER;
        ALTER TABLE transactions ADD COLUMN result_report TEXT;

        CREATE INDEX transactions_original ON transactions (original_id, id) WHERE original_id IS NOT NULL;
        CREATE INDEX transactions_authorization ON transactions (account, result_authorization_code)
        WHERE result_authorization_code IS NOT NULL;

        CREATE TABLE foreign_sales (
            id TEXT NOT NULL PRIMARY KEY,
            account TEXT NOT NULL,
            operation_id INTEGER NOT NULL,
            authorization_code TEXT NOT NULL,
            date TEXT NOT NULL,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            noted_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE UNIQUE INDEX foreign_sales_receipt ON foreign_sales (account, operation_id, authorization_code, date);
        """

    private static let batches = """
        ALTER TABLE transactions ADD COLUMN batch_report TEXT;
        """

    // An authorization may be written with or without zeros in front, in either case.
    private static let names = """
        DROP INDEX transactions_authorization;
        CREATE INDEX transactions_authorization_key
        ON transactions (account, upper(ltrim(result_authorization_code, '0')))
        WHERE result_authorization_code IS NOT NULL;
        CREATE INDEX transactions_contradictory ON transactions (account, id) WHERE contradictions IS NOT NULL;
        CREATE INDEX foreign_sales_authorization_key
        ON foreign_sales (account, upper(ltrim(authorization_code, '0')));
        """

    // For transactions under way it was not noted why an earlier POST was refused: each may have started a sale.
    private static let refusedPosts = """
        ALTER TABLE transactions ADD COLUMN refused_posts INTEGER NOT NULL DEFAULT 0;
        UPDATE transactions SET refused_posts = attempts - 1 WHERE completed_at IS NULL AND attempts > 1;
        """

    // Each row comes in once, when it ends.
    private static let endsByStatus = """
        CREATE INDEX transactions_ended ON transactions (status, id) WHERE completed_at IS NOT NULL;
        """

    // Only what moves money owns a number. Two claims that would become one stay as they are: the older is still found.
    // A message that was refused is refused again, so that its name is kept for good.
    private static let identities = """
        DROP INDEX transactions_number;
        CREATE UNIQUE INDEX transactions_number ON transactions (account, id_pos_txs)
        WHERE id_pos_txs IS NOT NULL AND type IN ('charge', 'promo', 'void', 'refund');

        UPDATE OR IGNORE transactions SET paid_claim =
            terminal || CASE type WHEN 'refund' THEN ' refund' ELSE '' END || '|' || result_operation_id || '|'
            || upper(ltrim(result_authorization_code, '0')) || '|' || coalesce(result_local_time, '')
        WHERE paid_claim IS NOT NULL AND result_operation_id IS NOT NULL AND result_authorization_code IS NOT NULL;

        CREATE TABLE refused_messages (
            fingerprint TEXT NOT NULL PRIMARY KEY,
            position INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
