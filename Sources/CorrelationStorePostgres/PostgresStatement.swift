// SPDX-License-Identifier: Apache-2.0

/// A statement with parameters `$1`, `$2`, …: prepared once on each connection that runs it, or run once.
final class PostgresStatement: Sendable {
    let text: String
    /// Whether it is worth its place among the prepared ones.
    let isPrepared: Bool

    init(_ text: String) { (self.text, isPrepared) = (text, true) }

    /// One that is run once and not kept.
    init(once text: String) { (self.text, isPrepared) = (text, false) }

    /// One that inserts a row.
    convenience init(insert columns: [String], into table: String, returning: String? = nil) {
        let marks = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
        let tail = returning.map { " RETURNING \($0)" } ?? ""
        self.init("INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))\(tail)")
    }

    /// One whose change fails as a whole, with `PostgresError.notOne`, unless it changes exactly one row.
    ///
    /// So a commit that was sent behind it already does not take effect either: the server ends the transaction.
    convenience init(exactly change: String) {
        self.init("WITH changed AS (\(change) RETURNING 1) SELECT 1 / count(*) FROM changed")
    }
}
