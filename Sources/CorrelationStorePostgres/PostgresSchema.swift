// SPDX-License-Identifier: Apache-2.0

/// The schema of the PostgreSQL store and how it came to be.
///
/// Migrations are only ever appended: one that was released is never changed. Instants are milliseconds since 1970,
/// flags are 0 or 1: so columns mean the same in every engine. Texts have byte order, because names are compared.
enum PostgresSchema {
    /// Every migration, oldest first; all of one run in one transaction.
    static let migrations = [tables]

    /// The number of the last one, kept in `meta`.
    static var newest: Int { migrations.count }

    /// The note that holds the number, which also marks the schema as a store of this bridge.
    static let note = "getnet_bridge_schema"

    // A row of `transactions` and `outbox` is changed several times in its first seconds, and a page with room lets the
    // new version stand beside the old one. No index is over a column that changes on the way, but for those that a row
    // enters or leaves once.
    private static let tables = """
        CREATE TABLE meta (
            name text COLLATE "C" NOT NULL PRIMARY KEY,
            value text NOT NULL
        );

        CREATE TABLE writers (
            id text COLLATE "C" NOT NULL PRIMARY KEY,
            counter bigint NOT NULL,
            started_at bigint NOT NULL
        ) WITH (fillfactor = 50);

        CREATE SEQUENCE places;

        CREATE TABLE transactions (
            place bigint NOT NULL PRIMARY KEY,
            version bigint NOT NULL DEFAULT 1,

            id text COLLATE "C" NOT NULL UNIQUE,
            account text COLLATE "C" NOT NULL,
            command_id text COLLATE "C" NOT NULL,
            type text NOT NULL,
            terminal text COLLATE "C" NOT NULL,
            branch text NOT NULL,
            serial_number text NOT NULL,
            alias text,
            amount bigint NOT NULL,
            currency text NOT NULL,
            reference text COLLATE "C" NOT NULL,
            options text,
            metadata text,
            expires_at bigint NOT NULL,
            country text NOT NULL,
            environment text NOT NULL,
            accepted_at bigint NOT NULL,

            original_reference text,
            original_id text COLLATE "C",
            original text,

            reply_to text,
            correlation_id text,
            traceparent text,
            tracestate text,

            status text NOT NULL,
            submitting bigint NOT NULL,
            reason text,
            waited_for text,
            sequence bigint NOT NULL,
            attempts bigint NOT NULL,
            posted_at bigint,
            submitted_at bigint,
            queries bigint NOT NULL,
            query_at bigint,
            due_at bigint,
            contradictions text,
            known_to_cloud bigint NOT NULL DEFAULT 0,
            rejected_tokens bigint NOT NULL DEFAULT 0,
            refused_posts bigint NOT NULL DEFAULT 0,
            in_doubt_since bigint,

            id_pos_txs text COLLATE "C",

            in_lane bigint NOT NULL DEFAULT 0,
            life_over bigint NOT NULL DEFAULT 0,
            journal_read_at bigint,

            completed_at bigint,
            decided_by text,
            paid_claim text COLLATE "C",
            result_function_code bigint,
            result_response_code text,
            result_response_message text,
            result_terminal text,
            result_ticket text,
            result_authorization_code text COLLATE "C",
            result_amount bigint,
            result_tip bigint,
            result_cashback bigint,
            result_operation_id bigint,
            result_trans_token text,
            result_local_time text,
            result_utc_offset bigint,
            result_brand_code text,
            result_card_type_code text,
            result_last4 text,
            result_entry_mode text,
            result_id_pos_txs text,
            result_success bigint,
            result_report text,

            open_contradictions bigint NOT NULL DEFAULT 0,
            restored_at bigint,
            receipt_seen_at bigint,
            cancel_sent_at bigint,
            cancel_ended_at bigint,
            batch_report text
        ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

        CREATE UNIQUE INDEX transactions_command ON transactions (account, command_id);
        CREATE INDEX transactions_reference ON transactions (account, reference);
        CREATE INDEX transactions_unfinished ON transactions (id) WHERE completed_at IS NULL;
        CREATE INDEX transactions_ended ON transactions (status, id) WHERE completed_at IS NOT NULL;
        CREATE INDEX transactions_lane ON transactions (account, terminal, place) WHERE in_lane = 1;
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

        CREATE TABLE evidence (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            transaction_id text COLLATE "C" NOT NULL,
            source text NOT NULL,
            finding text NOT NULL,
            masked text NOT NULL,
            received_at bigint NOT NULL
        );
        CREATE INDEX evidence_transaction ON evidence (transaction_id);

        CREATE TABLE steps (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            transaction_id text COLLATE "C" NOT NULL,
            kind text NOT NULL,
            count bigint,
            started_at bigint,
            detail text,
            happened_at bigint NOT NULL
        );
        CREATE INDEX steps_transaction ON steps (transaction_id);

        CREATE TABLE quarantined_callbacks (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            cause text NOT NULL,
            transaction_id text NOT NULL,
            id_pos_txs text,
            custom_id text,
            masked_body bytea NOT NULL,
            received_at bigint NOT NULL
        );

        CREATE TABLE outbox (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            transaction_id text COLLATE "C",
            kind text NOT NULL,
            event_id text NOT NULL,
            name text,
            routing_key text NOT NULL,
            exchange text,
            data text,
            body bytea,
            causation_id text,
            reply_to text,
            correlation_id text,
            traceparent text,
            tracestate text,
            content_type text,
            content_encoding text,
            message_id text,
            sent_at bigint,
            headers text,
            must_be_routed bigint NOT NULL,
            appended_at bigint NOT NULL,
            settled_at bigint,
            retry_at bigint,
            returns bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);

        CREATE INDEX outbox_transaction ON outbox (transaction_id, position) WHERE transaction_id IS NOT NULL;
        CREATE INDEX outbox_pending ON outbox (position) WHERE settled_at IS NULL;
        CREATE INDEX outbox_unrouted ON outbox (retry_at) WHERE retry_at IS NOT NULL;

        CREATE TABLE foreign_sales (
            id text COLLATE "C" NOT NULL PRIMARY KEY,
            account text COLLATE "C" NOT NULL,
            operation_id bigint NOT NULL,
            authorization_code text COLLATE "C" NOT NULL,
            date text NOT NULL,
            amount bigint NOT NULL,
            currency text NOT NULL,
            noted_at bigint NOT NULL
        );
        CREATE UNIQUE INDEX foreign_sales_receipt
        ON foreign_sales (account, operation_id, authorization_code, date);
        CREATE INDEX foreign_sales_authorization_key
        ON foreign_sales (account, upper(ltrim(authorization_code, '0')));

        CREATE TABLE refused_messages (
            fingerprint text COLLATE "C" NOT NULL PRIMARY KEY,
            position bigint NOT NULL
        );
        """
}
