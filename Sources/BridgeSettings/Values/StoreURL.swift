// SPDX-License-Identifier: Apache-2.0

/// The address of the store.
///
/// Shape: `sqlite:/var/lib/getnet-bridge/bridge.sqlite`, `postgres://user@host/database`.
///
/// Source: docs/promises.md 7.1.
public enum StoreURL: Sendable, Equatable {
    /// A SQLite file at an absolute path.
    case sqlite(path: String)
    /// A PostgreSQL database, as its whole URL.
    case postgres(String)
}
