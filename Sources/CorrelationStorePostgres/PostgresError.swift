// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore

/// An error of the server, or of the way to it.
///
/// *Source*: PostgreSQL, appendix A, "PostgreSQL Error Codes".
struct PostgresError: Error, Equatable, CustomStringConvertible {
    /// Where no server gave a code, because the connection broke.
    static let noCode = "08006"
    /// A row is not there, or was changed by another writer, where a statement needs exactly one (`Text.exactly`).
    static let notOne = "22012"
    /// A lock was waited for too long.
    static let lockTimeout = "55P03"
    /// What is asked for belongs to another session.
    static let inUse = "55006"

    /// The SQLSTATE: five characters, the first two of which are the class.
    let code: String
    /// The first line of its words, which never hold values of a row.
    let message: String

    init(code: String = noCode, message: String) {
        self.code = code
        self.message = String(message.prefix { !$0.isNewline })
    }

    var description: String { "PostgreSQL: \(message) (\(code))" }

    /// What stands in a class of faults, and passes.
    ///
    /// A row that is read again; a server that takes no writes any more; a transaction that lay too long; rights and
    /// names that a person took away and gives back.
    private static let mended: Set<String> = [notOne, "25006", "25P03", "25P04", "42501", "42P01", "42703", "42704"]

    /// Whether a repetition can mend it, rather than that our program wrote what the server does not take.
    var isPassing: Bool {
        switch code.prefix(2) {
        // Cardinality, data, integrity, state of the transaction, syntax, limits.
        case "21", "22", "23", "24", "25", "26", "34", "42", "44", "54": Self.mended.contains(code)
        default: true
        }
    }
}

extension StoreError {
    /// Classifies an error of this engine by its SQLSTATE: what a repetition can mend is unavailable, all else a fault.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as PostgresError: self = Self.classify(error)
        case let fault as StoredRowFault: self = .fault(fault.description)
        default: self = .fault(String(describing: error))
        }
    }

    private static func classify(_ error: PostgresError) -> StoreError {
        if error.code == PostgresError.notOne { return .unavailable("another writer changed the same row") }
        return error.isPassing ? .unavailable(error.description) : .fault(error.description)
    }
}
