// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// Journals of terminals whose clocks are off.
extension JournalReadingTests {
    @Test(
        "K3: rows are judged by the offset that a sale before and a sale after show; by one alone the row is only named",
        arguments: StoreEngine.allCases,
        [1_000, -1_000] as [Int64]
    )
    func offset(engine: StoreEngine, ahead: Int64) async throws {
        for next in [nil, ahead, 0] as [Int64?] {
            try await engine.withStore { store in
                let before = try await sale(store, 1, paidAt: -1_500, ahead: ahead)
                let doubt = try await doubt(store, 3)
                var rows = [row(at: 60 + ahead), row(at: -1_500 + ahead, receipt: before)]
                if let next {
                    let after = try await sale(store, 2, paidAt: 5_000, ahead: next)
                    rows.append(row(at: 5_000 + next, receipt: after))
                }
                _ = try await read(store, rows, at: 7_000)
                let expected = next == ahead ? "approved" : "in_doubt:no_acknowledgement"
                #expect(try await status(store, doubt) == expected, "\(String(describing: next))")
            }
        }
    }

    /// A sale of the same amount, paid at a terminal whose clock is ahead; returns its receipt.
    func sale(
        _ store: any TransactionStore,
        _ number: Int,
        paidAt seconds: Int64,
        ahead: Int64
    ) async throws -> Int64 {
        let charge = Charge(
            commandID: "c-\(number)",
            reference: "R\(number)",
            amount: 15_990,
            terminal: "80005000",
            acceptedAt: at(seconds - 20),
            expiresAt: at(seconds + 3_000)
        )
        let receipt = Int64(20 + number)
        let sale = try await store.submitted(charge, number: "90\(receipt)")
        var result = TerminalResult.paid(operation: receipt, authorization: "0109\(receipt)", reference: "R\(number)")
        result.localTime = String((at(seconds + ahead) - .seconds(10_800)).description.prefix(19)).replacing(
            "T",
            with: " "
        )
        let callback = TransactionInput.callback(result, number: "90\(receipt)", at: at(seconds + 3))
        _ = try await store.apply(callback, to: sale.id, at: at(seconds + 3))
        #expect(try await status(store, sale) == "approved")
        return receipt
    }
}
