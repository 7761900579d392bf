// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import Logging

/// What a held store needs before anything else begins: nothing that its backup shows as not sent may be sent.
///
/// Done anew at every start of a held store, so that a crash in the middle leaves nothing out.
struct Restoration {
    /// So many rows are read at once.
    static let pageSize = 1_000

    let dispatcher: Dispatcher
    let gate: CommandGate
    let logger: Logger

    /// Holds commands and terminals back if the store is held.
    ///
    /// *Throws*: `StoreError`; the bridge must not start then.
    func begin() async throws(StoreError) {
        guard let since = try await dispatcher.store.heldSince() else { return }
        gate.close(
            .held,
            because: "the store was restored and is held since \(since); run: getnet-bridge store release"
        )
        var last: TransactionID?
        var count = 0
        while true {
            let page = try await dispatcher.store.unfinished(after: last, limit: Self.pageSize)
            for transaction in page { try await dispatcher.apply(.restored, to: transaction.id) }
            count += page.count
            guard page.count == Self.pageSize, let end = page.last else { break }
            last = end.id
        }
        logger.warning(
            "the store is held: no command is taken and no terminal woken until it is released",
            metadata: [LogKey.count: "\(count)"]
        )
    }
}
