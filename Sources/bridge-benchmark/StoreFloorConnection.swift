// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// One connection through SQLite's C interface with the settings and the statements of the bridge's writer.
@safe
final class StoreFloorConnection {
    /// A value to bind.
    enum Value {
        case null
        case integer(Int64)
        case text(String)
    }

    private static let settings = [
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 4096",
        "PRAGMA journal_size_limit = 67108864", "PRAGMA cache_size = -8192",
    ]
    private static let instant = Value.integer(1_795_000_000_000)
    /// As long as a masked callback and an event's data.
    private static let masked = Value.text(String(repeating: "x", count: 900))
    private static let data = Value.text(String(repeating: "e", count: 620))

    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = unsafe [:]

    init(path: String) throws {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard unsafe sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle = unsafe handle else {
            throw Failed(description: "\(path) cannot be opened")
        }
        unsafe self.handle = handle
        for setting in Self.settings { unsafe sqlite3_exec(handle, setting, nil, nil, nil) }
    }

    func close() {
        unsafe statements.values.forEach { unsafe _ = sqlite3_finalize($0) }
        unsafe _ = sqlite3_close(handle)
    }

    // MARK: - The five commits

    /// Makes the five commits of some charges, each commit for all of them.
    func commitAll(_ charges: ArraySlice<FloorCharge>) throws {
        try commit(charges, accept)
        try commit(charges, submit)
        try commit(charges, acknowledge)
        try commit(charges, decide)
        try commit(charges, settle)
    }

    private func commit(_ charges: ArraySlice<FloorCharge>, _ step: (FloorCharge) throws -> Void) throws {
        try run("BEGIN IMMEDIATE", [])
        for charge in charges { try step(charge) }
        try run("COMMIT", [])
    }

    private func accept(_ charge: FloorCharge) throws {
        try run(FloorText.byCommand, [.text("main"), .text(charge.command)])
        try run(FloorText.byReference, [.text("main"), .text(charge.reference)])
        try run(FloorText.lane, [.text("main"), .text(charge.terminal)])
        let command: [Value] = [
            .text(charge.id), .text("main"), .text(charge.command), .text("charge"), .text(charge.terminal),
            .text("12983"), .text("SNPRUEBA1234"), .null, .integer(15_990), .text("CLP"), .text(charge.reference),
            .text(#"{"printOnPos":false,"saleType":1}"#), .text(#"{"orderId":"o-991"}"#), Self.instant, .text("cl"),
            .text("uat"), Self.instant,
        ]
        let address: [Value] = [.null, .text(charge.command), .null, .null]
        try run(FloorText.insertTransaction, command + address + progress("accepted") + lane(isIn: true) + [.null])
        try append("charge.accepted", of: charge)
    }

    private func submit(_ charge: FloorCharge) throws {
        try run(FloorText.lane, [.text("main"), .text(charge.terminal)])
        try run(FloorText.updateProgress, progress("accepted") + [Self.instant, .text(charge.id)])
    }

    private func acknowledge(_ charge: FloorCharge) throws {
        try run(FloorText.byNumber, [.text("main"), .text(charge.idPosTxs)])
        let number: [Value] = [Self.instant, .text(charge.idPosTxs), .text(charge.id)]
        try run(FloorText.updateNumber, progress("submitted") + number)
        try append("charge.submitted", of: charge)
    }

    private func decide(_ charge: FloorCharge) throws {
        try run(FloorText.byPayment, [.text("main"), .text(charge.claim), .text("80005000|\(charge.number)|")])
        let end: [Value] = [
            Self.instant, .text("callback"), .text(charge.claim), .integer(100), .text("0"), .text("Aprobado"),
            .text("80005000"), .text(charge.reference), .text("010929"), .integer(15_990), .integer(0), .integer(0),
            .integer(17), .text("1aa9f2abcdef"), .text("2026-11-22 07:12:31"), .integer(-10_800), .text("MC"),
            .text("CR"), .text("0042"), .text("16"), .text(charge.idPosTxs), .null, .null,
        ]
        let before = progress("approved") + [Self.instant] + lane(isIn: false)
        try run(FloorText.updateEnd, before + end + [.text(charge.id)])
        let evidence: [Value] = [.text(charge.id), .text("callback"), .text("decided"), Self.masked, Self.instant]
        try run(FloorText.insertEvidence, evidence)
        try append("charge.approved", of: charge)
    }

    private func settle(_ charge: FloorCharge) throws {
        for entry in 1...3 {
            // Rows of one batch were appended step by step; which of them a charge settles makes no difference.
            let position = Value.integer(charge.number * 3 + Int64(entry))
            try run(FloorText.settle, [Self.instant, .null, .integer(0), position])
        }
    }

    private func append(_ name: String, of charge: FloorCharge) throws {
        let event: [Value] = [
            .text(charge.id), .text("transaction"), .text("0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"), .text(name),
            .text("\(name).cl.main.12983.80005000"), .null, Self.data, .null, .text(charge.command), .null,
            .text(charge.command), .null, .null, .null, .null, .null, .null, .null, .integer(1), Self.instant,
        ]
        try run(FloorText.insertOutbox, event)
    }

    private func progress(_ status: String) -> [Value] {
        [
            .text(status), .integer(0), .null, .null, .integer(1), .integer(1), Self.instant, Self.instant, .integer(0),
            Self.instant, Self.instant, .null, .integer(0), .integer(0),
        ]
    }

    private func lane(isIn: Bool) -> [Value] {
        [.integer(isIn ? 1 : 0), .integer(0), .null]
    }

    // MARK: - Statements

    /// Runs a statement, reading every column of a row if there is one.
    private func run(_ text: String, _ values: [Value]) throws {
        let statement = try unsafe prepared(text)
        for (index, value) in zip(CInt(1)..., values) {
            switch value {
            case .null: unsafe _ = sqlite3_bind_null(statement, index)
            case .integer(let number): unsafe _ = sqlite3_bind_int64(statement, index, number)
            case .text(var text):
                text.withUTF8 { bytes in
                    let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                    let start = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
                    unsafe _ = sqlite3_bind_text(statement, index, start, CInt(bytes.count), copied)
                }
            }
        }
        let status = unsafe sqlite3_step(statement)
        if status == SQLITE_ROW {
            let columns = unsafe sqlite3_column_count(statement)
            for column in 0..<columns {
                unsafe _ = sqlite3_column_text(statement, column)
            }
        } else if status != SQLITE_DONE {
            throw Failed(description: unsafe String(cString: sqlite3_errmsg(handle)) + ": " + text)
        }
        unsafe _ = sqlite3_reset(statement)
    }

    private func prepared(_ text: String) throws -> OpaquePointer {
        if let statement = unsafe statements[text] { return unsafe statement }
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard unsafe sqlite3_prepare_v3(handle, text, -1, flags, &statement, nil) == SQLITE_OK,
            let statement = unsafe statement
        else { throw Failed(description: unsafe String(cString: sqlite3_errmsg(handle)) + ": " + text) }
        unsafe statements[text] = statement
        return unsafe statement
    }
}
