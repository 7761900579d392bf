// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// What waits to be done at one account's cloud; no account waits behind another.
struct AccountLines: Sendable {
    let submissions: WorkQueue<TransactionID>
    /// Those whose answer may take as long as the terminal does.
    let slowSubmissions: WorkQueue<TransactionID>
    /// Sales that their terminals are to be told to end.
    let cancels: WorkQueue<TransactionID>
    /// Doubts whose terminal's journal is to be read.
    let journals: WorkQueue<TransactionID>
    let queries = QueryLine()
    private let proof = NIOLockedValueBox(Listener())

    /// A closure in a struct of its own.
    ///
    /// A generic box that holds a bare closure wraps it once more each time that it is read.
    private struct Listener {
        var hear: @Sendable () -> Void = {}
    }

    /// Empty lines; `backlog` limits each.
    init(backlog: Int) {
        submissions = WorkQueue(limit: backlog)
        slowSubmissions = WorkQueue(limit: backlog)
        cancels = WorkQueue(limit: backlog)
        journals = WorkQueue(limit: backlog)
    }

    /// Sets who hears that a callback ended a command that Getnet had not acknowledged; on the store's thread.
    func onProofByCallback(_ hear: @escaping @Sendable () -> Void) {
        proof.withLockedValue { $0.hear = hear }
    }

    /// A callback ended a command that Getnet had not acknowledged.
    func noteProofByCallback() {
        let listener = proof.withLockedValue { $0 }
        listener.hear()
    }
}
