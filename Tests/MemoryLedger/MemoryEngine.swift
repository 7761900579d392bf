// SPDX-License-Identifier: Apache-2.0

package import BridgeLedger
package import CorrelationStore
internal import Dispatch
internal import NIOConcurrencyHelpers

/// An engine whose tables are in memory.
package final class MemoryEngine: LedgerEngine {
    package let relayReader: MemoryReader
    package let adminReader: MemoryReader
    private let committed: NIOLockedValueBox<MemoryTables?>
    private let stored: MemoryTables
    private let thread = DispatchQueue(label: "store.memory")

    init(_ committed: NIOLockedValueBox<MemoryTables?>, _ stored: MemoryTables) {
        (self.committed, self.stored) = (committed, stored)
        (relayReader, adminReader) = (MemoryReader(committed), MemoryReader(committed))
    }

    package func write(
        _ body: @escaping @Sendable (MemoryConnection) -> Void,
        orRefuse refuse: @escaping @Sendable (any Error) -> Void
    ) {
        thread.async { [committed, stored] in
            body(MemoryConnection(rows: MemoryRows(stored), committed: committed))
        }
    }

    package static func storeError(_ error: any Error) -> StoreError {
        error as? StoreError ?? .fault("\(error)")
    }

    package func close() {
        for reader in [relayReader, adminReader] { reader.close() }
        // What waited is committed once the thread is free.
        thread.sync {}
    }
}

/// The connection that writes.
package struct MemoryConnection: WriteConnection {
    package let rows: MemoryRows
    let committed: NIOLockedValueBox<MemoryTables?>

    package func begin() throws { rows.begin() }

    package func commit() throws {
        let tables = rows.tables
        committed.withLockedValue { $0 = tables }
    }

    package func undo() { rows.undo() }

    package func takeAppended() -> [OutboxEntry] { rows.appended }
}
