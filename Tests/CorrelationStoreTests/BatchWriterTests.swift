// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Dispatch
import MemoryLedger
import NIOConcurrencyHelpers
import Testing

/// What becomes of changes whose transaction cannot begin, or whose commit is lost.
@Suite("Batches that fail")
struct BatchWriterTests {
    private typealias Ledger = TransactionLedger<MemoryRows>

    private struct Broken: Error {}

    /// A connection that fails where a test says.
    private struct FailingConnection: WriteConnection {
        let rows = MemoryRows()
        var beginning: (any Error)?
        var ending: (any Error)?

        func begin() throws { if let beginning { throw beginning } }
        func commit() throws { if let ending { throw ending } }
        func undo() {}
        func takeAppended() -> [OutboxEntry] { [] }
    }

    /// Runs a writer on a thread of its own, and closes its queue afterwards.
    private func withWriter(
        _ connection: @escaping @Sendable () -> FailingConnection,
        _ body: (CommitQueue<Ledger>) async throws -> Void
    ) async throws {
        let queue = CommitQueue<Ledger>(limits: .init())
        defer { _ = queue.close() }
        DispatchQueue.global().async {
            BatchWriter(
                connection(),
                rules: .test(),
                onAppend: { _ in },
                storeError: { _ in .fault("broken") },
                report: { _ in }
            ).run(queue)
        }
        try await body(queue)
    }

    @Test func `a transaction that cannot begin is no change's fault, so that a command stays in its queue`()
        async throws
    {
        try await withWriter({ FailingConnection(beginning: Broken()) }) { queue in
            await #expect(throws: StoreError.unavailable("broken")) { try await queue.commit { _ in } }
        }
    }

    @Test func `a commit of which nothing will be known is never made again, and nothing after it`() async throws {
        let made = NIOLockedValueBox(0)
        try await withWriter({ FailingConnection(ending: CommitOutcomeUnknown()) }) { queue in
            for _ in 1...2 {
                await #expect(throws: StoreError.closed) {
                    try await queue.commit { _ in made.withLockedValue { $0 += 1 } }
                }
            }
        }
        #expect(made.withLockedValue { $0 } == 1)
    }
}
