// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
package import CorrelationStore
internal import Dispatch
internal import NIOConcurrencyHelpers

/// One schema of a PostgreSQL database: one connection that writes, two that read.
///
/// *Isolation*: any task. One process at a time, kept by a lock of the writing session.
/// *Source*: `docs/decisions/0019-postgresql.md`.
package final class PostgresEngine: LedgerEngine {
    package let relayReader: PostgresReader
    package let adminReader: PostgresReader
    private let address: PostgresAddress
    private let writer: PostgresThread
    private let ending = PostgresClose()
    private let name: String

    /// Takes over the session that has the store.
    init(_ address: PostgresAddress, writer: PostgresThread, name: String) {
        (self.address, self.writer, self.name) = (address, writer, name)
        relayReader = PostgresReader(address, name: "store.relay")
        adminReader = PostgresReader(address, name: "store.admin")
    }

    /// See `LedgerEngine`.
    package func write(
        _ body: @escaping @Sendable (PostgresConnection) -> Void,
        orRefuse refuse: @escaping @Sendable (any Error) -> Void
    ) {
        writer.take { [address, name, ending] session in
            let connection: PostgresConnection
            do {
                connection = try PostgresConnection(address, writer: name, session: session, close: ending)
            } catch {
                return refuse(error)
            }
            body(connection)
        }
    }

    /// See `LedgerEngine`.
    package static func storeError(_ error: any Error) -> StoreError { StoreError(error) }

    /// See `LedgerEngine`.
    package func close() {
        ending.ask()
        for reader in [relayReader, adminReader] { reader.close() }
        // The thread is free once the writer has committed what waited.
        writer.close()
    }
}

/// Whether the store is to be closed: then no lost answer is waited for any more.
final class PostgresClose: Sendable {
    private let asked = NIOLockedValueBox(false)

    var isAsked: Bool { asked.withLockedValue { $0 } }

    func ask() { asked.withLockedValue { $0 = true } }
}
