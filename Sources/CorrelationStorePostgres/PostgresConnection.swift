// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
package import BridgeLedger
internal import CorrelationStore
internal import Glibc

/// The connection that writes, and what became of a commit whose answer was lost.
///
/// Each commit sets a counter in the row of this writer. If the connection breaks while a commit is under way, the
/// counter says whether it took effect: until that is known, no caller is told anything. If the counter is lower than
/// the last one that was confirmed, the store has gone back, and the writer refuses all further changes.
/// *Isolation*: the thread that it blocks. *Source*: `docs/decisions/0019-postgresql.md`.
package final class PostgresConnection: WriteConnection {
    package let rows = PostgresRows()
    private let address: PostgresAddress
    private let close: PostgresClose
    /// The name of this writer's row: a new one for each start, so that no other process ever has it.
    private let writer: String
    /// The counter of the last commit that is known to be durable.
    private var counter: Int64 = 0
    private var session: PostgresSession?
    private var hasGoneBack = false

    /// Between two attempts to reach the server.
    static let pause = Duration.milliseconds(250)
    /// So long changes wait for a server that is away, as at the promotion of a standby, before they are refused.
    static let patience = Duration.seconds(20)

    init(_ address: PostgresAddress, writer: String, session: PostgresSession, close: PostgresClose) throws {
        (self.address, self.writer, self.close) = (address, writer, close)
        try session.run(Text.register) { row in
            row.add(writer)
            row.add(Timestamp(milliseconds: Int64(time(nil)) * 1_000))
        }
        self.session = session
    }

    // MARK: - A transaction

    /// See `WriteConnection`: waits for a server that is away, for `patience`.
    package func begin() throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            guard !hasGoneBack else { throw Self.goneBack }
            do {
                return try rows.begin(try ready())
            } catch let error as PostgresError {
                guard error.isPassing, !close.isAsked, ContinuousClock.now < deadline else { throw error }
                Thread.sleep(Self.pause)
            }
        }
    }

    /// See `WriteConnection`: blocks until it is known what became of it.
    package func commit() throws {
        let session = try rows.open()
        _ = session.takeWarning()
        do {
            try rows.checkGuesses()
            try session.send(Text.count) { row in
                row.add(counter + 1)
                row.add(writer)
                row.add(counter)
            }
            try session.send(PostgresRows.Text.commit)
            try session.sync()
            counter += 1
        } catch {
            // What the server refused is not durable. If the connection broke, the commit may be.
            guard session.isBroken else { throw error }
            let before = counter
            try findOut()
            guard counter > before else { throw error }
        }
        if self.session?.takeWarning() == true { try confirm() }
    }

    /// See `WriteConnection`.
    package func undo() {
        rows.forgetUndone()
        session?.abandon()
    }

    /// See `WriteConnection`: what the server or another writer prevented is made again from what the store says now.
    package func isWorthRepeating(after error: any Error) -> Bool {
        (error as? PostgresError)?.isPassing == true && !hasGoneBack && !close.isAsked
    }

    /// See `WriteConnection`.
    package func takeAppended() -> [OutboxEntry] { rows.takeAppended() }

    // MARK: - The connection

    /// A session that works: this one, or a new one after a break.
    private func ready() throws -> PostgresSession {
        if let session, !session.isBroken { return session }
        // The old one ends here, and gives the store back.
        session?.end()
        (session, rows.session) = (nil, nil)
        let opened = try PostgresSession(address)
        try Self.takeStore(opened)
        let stored = try opened.first(Text.readCounter, { $0.add(writer) }, { $0.integer() })
        try opened.sync()
        switch stored {
        case counter: break
        case counter + 1: counter += 1
        default:
            hasGoneBack = true
            throw Self.goneBack
        }
        // Nothing is missing here, so that the next start need not hold the store for it.
        try PostgresServerNote.store(try PostgresServerNote.current(opened), opened)
        try opened.sync()
        session = opened
        return opened
    }

    /// Reconnects until the counter says what became of a commit.
    ///
    /// Meanwhile the callers wait, and the age of what is not committed shows it. Only the end of the store ends this.
    private func findOut() throws {
        while true {
            do {
                _ = try ready()
                return
            } catch is PostgresError {
                guard !close.isAsked else { throw CommitOutcomeUnknown() }
                Thread.sleep(Self.pause)
            }
        }
    }

    /// Commits until a commit comes without a warning, because a standby has not confirmed the last one.
    ///
    /// The log is one sequence: a later commit that is confirmed says that all earlier ones are.
    private func confirm() throws {
        while true {
            guard !close.isAsked else { throw CommitOutcomeUnknown() }
            Thread.sleep(Self.pause)
            do {
                let session = try ready()
                _ = session.takeWarning()
                try session.run(Text.touch) { $0.add(writer) }
                if !session.takeWarning() { return }
            } catch is PostgresError {
                continue
            }
        }
    }

    private static let goneBack = StoreError.unavailable(
        "the store has gone back behind what it confirmed: a standby without the last commits took over, or a backup "
            + "took its place. Nothing is written any more. Stop the bridge and start it with --hold-commands "
            + "(docs/operations.md, Recovery from a backup)"
    )

    /// Makes this session the one that writes.
    ///
    /// Waits for `PostgresAddress.lockLimit` while another one is: the server may not have seen yet that it has ended.
    static func takeStore(_ session: PostgresSession) throws {
        do {
            try session.run(Text.takeStore)
        } catch let error as PostgresError where error.code == PostgresError.lockTimeout {
            throw PostgresError(code: PostgresError.inUse, message: "another process has the store open")
        }
    }

    private enum Text {
        static let register = PostgresStatement(
            "INSERT INTO writers (id, counter, started_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING"
        )
        static let count = PostgresStatement(
            exactly: "UPDATE writers SET counter = $1 WHERE id = $2 AND counter = $3"
        )
        static let touch = PostgresStatement("UPDATE writers SET counter = counter WHERE id = $1")
        static let readCounter = PostgresStatement("SELECT counter FROM writers WHERE id = $1")
        /// Kept by the session to its end; so it needs a connection of its own, without a pooler in between.
        static let takeStore = PostgresStatement(
            "SELECT pg_advisory_lock(hashtextextended(current_schema() || '|getnet-bridge', 0))"
        )
    }
}

private enum Thread {
    static func sleep(_ duration: Duration) {
        usleep(UInt32(duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000))
    }
}
