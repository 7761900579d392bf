// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// What a held store needs before anything else begins: nothing that its backup shows as not sent may be sent.
///
/// Every start does it until it was done once, so that a crash in the middle or an early release leaves nothing out.
struct Restoration {
    /// How many rows are read at once.
    static let pageSize = 1_000

    let transitions: Transitions
    let store: any TransactionStore
    let gate: CommandGate
    let logger: Logger

    /// Holds commands and terminals back if the store is held.
    ///
    /// *Throws*: `StoreError`; the bridge must not start then.
    func begin() async throws(StoreError) {
        let since = try await store.heldSince()
        guard try await store.isRestorePending() || since != nil else { return }
        if let since {
            gate.close(
                .held,
                because:
                    "the store was restored and is held since \(since); docs/operations.md, Recovery from a backup, says what to look at before: getnet-bridge store release --by NAME --reason TEXT"
            )
        }
        var last: TransactionID?
        var count = 0
        while true {
            let page = try await store.unfinished(after: last, limit: Self.pageSize)
            for transaction in page { try await transitions.apply(.restored, to: transaction.id) }
            count += page.count
            guard page.count == Self.pageSize, let end = page.last else { break }
            last = end.id
        }
        try await store.finishRestore()
        guard since != nil else { return }
        logger.warning(
            "the store is held: no command is taken and no terminal woken until it is released",
            metadata: [LogKey.count: "\(count)"]
        )
    }
}
