// SPDX-License-Identifier: Apache-2.0

public import BridgeSettings
public import CorrelationStore
internal import CorrelationStorePostgres
internal import CorrelationStoreSQLite

extension StoreURL {
    /// The store at this address: here, and nowhere else, an address becomes an engine.
    public var administration: any StoreAdministration {
        switch self {
        case .sqlite(let path): SQLiteStore(path: path)
        case .postgres(let url): PostgresStore(url: url)
        }
    }
}
