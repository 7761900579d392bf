// SPDX-License-Identifier: Apache-2.0

internal import CLibpq
internal import Glibc

/// One connection in pipeline mode: statements are sent without a wait, and their answers are read in order.
///
/// A statement that fails makes the server pass over all that was sent behind it, up to the next `sync`. *Isolation*:
/// one thread, which it blocks. *Source*: PostgreSQL, "Pipeline Mode".
@safe
final class PostgresSession {
    /// What is done with an answer once it is read.
    typealias Taker = (PostgresAnswer) throws -> Void

    private let handle: OpaquePointer
    private var isEnded = false
    private let notices: NoticeFlag
    /// The names of the statements that the server has prepared; each statement is kept, so that no other one ever gets
    /// its identity.
    private var names: [ObjectIdentifier: (name: String, statement: PostgresStatement)] = [:]
    /// Those among them of which the server has not said yet that it has.
    private var unconfirmed: Set<ObjectIdentifier> = []
    private var lastName = 0
    /// What waits for its answer, in the order in which it was sent.
    private var takers: [Taker?] = []
    /// Whether something was sent behind the last `sync`.
    private var isAhead = false
    /// Whether the connection can be used no more.
    private(set) var isBroken = false

    /// Connects; blocks for at most `PostgresAddress.connectLimit` for each host.
    init(_ address: PostgresAddress) throws {
        var keywords: [String] = []
        var values: [String] = []
        func add(_ pairs: KeyValuePairs<String, String>) {
            for (keyword, value) in pairs {
                keywords.append(keyword)
                values.append(value)
            }
        }
        add(PostgresAddress.defaults)
        add(["dbname": address.url])
        add(PostgresAddress.fixed)
        let opened = unsafe CStrings.with(keywords) { keywords in
            unsafe CStrings.with(values) { values in unsafe PQconnectdbParams(keywords, values, 1) }
        }
        guard let opened = unsafe opened else { throw PostgresError(message: "no memory for a connection") }
        guard unsafe PQstatus(opened) == CONNECTION_OK else {
            let message = unsafe String(cString: PQerrorMessage(opened))
            unsafe PQfinish(opened)
            throw PostgresError(message: message)
        }
        unsafe handle = opened
        notices = NoticeFlag()
        unsafe PQsetNoticeReceiver(opened, NoticeFlag.receiver, notices.context)
        guard unsafe PQenterPipelineMode(opened) == 1 else { throw fault() }
        // Not in the address: a pooler refuses what it does not know at the start of a connection.
        try run(
            PostgresStatement(
                """
                SELECT set_config('statement_timeout', '\(PostgresAddress.statementLimit)', false),
                    set_config('lock_timeout', '\(PostgresAddress.lockLimit)', false),
                    set_config('idle_in_transaction_session_timeout', '\(PostgresAddress.idleLimit)', false),
                    set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') = 'remote_apply'
                        THEN 'remote_apply' ELSE 'on' END, false),
                    set_config('tcp_keepalives_idle', '10', false),
                    set_config('tcp_keepalives_interval', '5', false),
                    set_config('tcp_keepalives_count', '3', false)
                """
            )
        )
    }

    deinit { end() }

    /// Ends the connection, and with it all that the server keeps for it; it is not used any more.
    func end() {
        guard !isEnded else { return }
        (isEnded, isBroken, takers) = (true, true, [])
        unsafe PQfinish(handle)
    }

    // MARK: - Statements

    /// Sends a statement without a wait; its answer is taken when a later one is read, or with `sync`.
    func send(
        _ statement: PostgresStatement,
        _ bind: (inout PostgresParameters) -> Void = { _ in },
        taker: Taker? = nil
    ) throws {
        let name = statement.isPrepared ? try prepared(statement) : nil
        var parameters = PostgresParameters()
        bind(&parameters)
        let isSent = unsafe parameters.withPointers { values, lengths, formats, count in
            guard let name else {
                return unsafe PQsendQueryParams(handle, statement.text, count, nil, values, lengths, formats, 1)
            }
            return unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
        }
        guard isSent == 1 else { throw fault() }
        isAhead = true
        takers.append(taker)
    }

    /// Sends a statement and reads its rows, which takes a way to the server and back.
    func all<Value>(
        _ statement: PostgresStatement,
        _ bind: (inout PostgresParameters) -> Void = { _ in },
        _ read: @escaping (inout PostgresColumns) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try send(statement, bind) { values = try $0.rows(read) }
        guard unsafe PQsendFlushRequest(handle) == 1 else { throw fault() }
        while !takers.isEmpty { try takeNext() }
        return values
    }

    /// The first row of an answer, if there is one.
    func first<Value>(
        _ statement: PostgresStatement,
        _ bind: (inout PostgresParameters) -> Void = { _ in },
        _ read: @escaping (inout PostgresColumns) throws -> Value
    ) throws -> Value? {
        try all(statement, bind, read).first
    }

    /// Runs one statement in a transaction of its own.
    func run(_ statement: PostgresStatement, _ bind: (inout PostgresParameters) -> Void = { _ in }) throws {
        try send(statement, bind)
        try sync()
    }

    /// Runs several statements without parameters, as one transaction; nothing may wait for its answer.
    func runScript(_ text: String) throws {
        guard takers.isEmpty, unsafe PQexitPipelineMode(handle) == 1 else { throw fault() }
        defer { if unsafe PQenterPipelineMode(handle) != 1 { isBroken = true } }
        guard let result = unsafe PQexec(handle, "BEGIN;SET LOCAL statement_timeout = 0;\(text);COMMIT") else {
            throw fault()
        }
        let answer = unsafe PostgresAnswer(result)
        guard let error = answer.error else { return }
        if let end = unsafe PQexec(handle, "ROLLBACK") { unsafe PQclear(end) }
        throw error
    }

    /// Ends what was sent so far, reads all answers, and throws the first error among them.
    ///
    /// Outside of a transaction what was sent since the last `sync` is one transaction, and is committed now.
    func sync() throws {
        guard isAhead else { return }
        guard unsafe PQpipelineSync(handle) == 1 else { throw fault() }
        var first: (any Error)?
        while !takers.isEmpty {
            do {
                try takeNext()
            } catch {
                first = first ?? error
                guard !isBroken else { throw first ?? error }
            }
        }
        let end = try answer()
        guard end?.status == PGRES_PIPELINE_SYNC else { throw fault("the answers came in another order") }
        isAhead = false
        if let first { throw first }
    }

    /// Whether the server has warned since the last call.
    ///
    /// A warning on a commit says that no standby has confirmed it: class 01 is no success.
    func takeWarning() -> Bool { notices.take() }

    /// The transaction that a failed one has left is ended, if the connection still lives.
    func abandon() {
        guard !isBroken else { return }
        // The answers behind the one that failed come first.
        try? sync()
        guard !isBroken, unsafe PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        do { try run(Self.rollback) } catch { isBroken = true }
    }

    private static let rollback = PostgresStatement("ROLLBACK")

    // MARK: - Answers

    /// Prepares a statement on this connection, once.
    private func prepared(_ statement: PostgresStatement) throws -> String {
        if let known = names[ObjectIdentifier(statement)] { return known.name }
        let id = ObjectIdentifier(statement)
        lastName += 1
        let name = "s\(lastName)"
        guard unsafe PQsendPrepare(handle, name, statement.text, 0, nil) == 1 else { throw fault() }
        takers.append { [unowned self] _ in unconfirmed.remove(id) }
        unconfirmed.insert(id)
        names[id] = (name, statement)
        return name
    }

    /// Reads the answer to the oldest statement that waits for one.
    private func takeNext() throws {
        let taker = takers.removeFirst()
        guard let answer = try answer() else { throw fault("an answer is missing") }
        // An empty answer ends what belongs to one statement.
        while try self.answer() != nil {}
        if let error = answer.error {
            // What the server passes over is not prepared.
            for id in unconfirmed { names[id] = nil }
            unconfirmed = []
            throw error
        }
        switch answer.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: try taker?(answer)
        default: throw PostgresError(code: "25P02", message: "a statement before it failed")
        }
    }

    /// The next answer; `nil` between those of two statements.
    private func answer() throws -> PostgresAnswer? {
        try flush()
        let deadline = ContinuousClock.now + PostgresAddress.answerLimit
        while unsafe PQisBusy(handle) == 1 {
            try wait(for: POLLIN, until: deadline)
            guard unsafe PQconsumeInput(handle) == 1 else { throw fault() }
        }
        guard let result = unsafe PQgetResult(handle) else {
            guard unsafe PQstatus(handle) == CONNECTION_OK else { throw fault() }
            return nil
        }
        let answer = unsafe PostgresAnswer(result)
        if unsafe PQstatus(handle) != CONNECTION_OK { throw fault(answer.error?.message) }
        return answer
    }

    private func flush() throws {
        guard unsafe PQflush(handle) >= 0 else { throw fault() }
    }

    private func wait(for events: CInt, until deadline: ContinuousClock.Instant) throws {
        let left = deadline - .now
        guard left > .zero else { throw fault("the server has not answered for \(PostgresAddress.answerLimit)") }
        var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(events), revents: 0)
        let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
        // Interrupted or over: the loop looks again.
        _ = unsafe poll(&descriptor, 1, CInt(milliseconds + 1))
    }

    /// The connection broke, or cannot be understood any more.
    private func fault(_ words: String? = nil) -> PostgresError {
        isBroken = true
        let message = unsafe words ?? String(cString: PQerrorMessage(handle))
        return PostgresError(message: message.isEmpty ? "the connection broke" : message)
    }
}

/// Whether the server warned, set from C.
@safe
private final class NoticeFlag {
    private let flag: UnsafeMutablePointer<Bool>

    init() {
        unsafe flag = .allocate(capacity: 1)
        unsafe flag.initialize(to: false)
    }

    deinit { unsafe flag.deallocate() }

    var context: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(flag) }

    func take() -> Bool {
        defer { unsafe flag.pointee = false }
        return unsafe flag.pointee
    }

    /// Sets the flag where a notice is a warning: SQLSTATE class 01.
    static let receiver: PQnoticeReceiver = { context, result in
        guard let context = unsafe context, let code = unsafe PQresultErrorField(result, CInt(UInt8(ascii: "C"))),
            unsafe code[0] == CChar(bitPattern: UInt8(ascii: "0")),
            unsafe code[1] == CChar(bitPattern: UInt8(ascii: "1"))
        else { return }
        unsafe context.assumingMemoryBound(to: Bool.self).pointee = true
    }
}

/// Arrays of C strings for the time of a call.
private enum CStrings {
    static func with<Value>(
        _ texts: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let copies = unsafe texts.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        let pointers = unsafe copies.map { unsafe UnsafePointer<CChar>($0) } + [nil]
        return unsafe pointers.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("it ends with nil") }
            return unsafe body(start)
        }
    }
}

extension PostgresParameters {
    /// Gives the values to C for the time of a call; all of them have the binary format.
    fileprivate mutating func withPointers<Value>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
        ) -> Value
    ) -> Value {
        var lengths: [CInt] = []
        var starts: [Int] = []
        var start = 0
        for end in ends {
            starts.append(start)
            lengths.append(CInt((end ?? start) - start))
            start = end ?? start
        }
        let formats = [CInt](repeating: 1, count: ends.count)
        // An empty value needs an address, too.
        bytes.append(0)
        return unsafe bytes.withUnsafeBytes { raw in
            let base = unsafe raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe zip(starts, ends).map { start, end in
                unsafe end == nil ? nil : base.map { unsafe $0 + start }
            }
            return unsafe pointers.withUnsafeBufferPointer { values in
                unsafe body(values.baseAddress, lengths, formats, CInt(ends.count))
            }
        }
    }
}
