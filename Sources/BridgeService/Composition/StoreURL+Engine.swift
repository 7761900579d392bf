// SPDX-License-Identifier: Apache-2.0

public import BridgeSettings
public import CorrelationStore
internal import CorrelationStoreSQLite

extension StoreURL {
    /// The store at this address: here, and nowhere else, an address becomes an engine.
    ///
    /// - Returns: `nil` for an engine that this program does not have; the configuration refuses its address.
    public var administration: (any StoreAdministration)? {
        switch self {
        case .sqlite(let path): SQLiteStore(path: path)
        case .postgres: nil
        }
    }
}
