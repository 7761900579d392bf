// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore
internal import GRDB

extension StoreError {
    /// Classifies an engine's error: only what our own code did wrong is a fault, everything else may pass.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self = Self.classify(error)
        case let fault as StoredRowFault: self = .fault(fault.description)
        default: self = .fault(String(describing: error))
        }
    }

    private static func classify(_ error: DatabaseError) -> StoreError {
        let words = "SQLite: \(error.message ?? "no message") (code \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_MISMATCH, .SQLITE_TOOBIG:
            return .fault(words)
        default: return .unavailable(words)
        }
    }
}
