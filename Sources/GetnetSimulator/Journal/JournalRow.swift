// SPDX-License-Identifier: Apache-2.0

/// A payment as a terminal remembers it.
///
/// It is kept small: a terminal may hold thousands, and only a read of the journal turns one into text.
struct JournalRow: Equatable, Sendable {
    /// The cloud's id of the sale; absent if it was made at the terminal itself.
    let idPosTxs: Int?
    /// The how-many-eth payment of its sale, from 1.
    let payment: Int
    /// The number of its receipt.
    let operationID: Int
    let amount: Int
    let ticketNumber: String?
    let finishedAt: Duration
    /// Where the random choices of its sale come from.
    let seed: UInt64
    /// What it is the voucher of: 100 of a sale, 102 of a void, 108 of a refund.
    var function = 100
    /// How much of it is a tip.
    var tip = 0
    /// How the journal spells it.
    var retelling = Dialect.Retelling.same

    /// The card that was presented.
    var card: CardSample { CardSample(seed: seed) }

    /// The payment as every report agrees on it.
    ///
    /// - Parameters:
    ///   - terminal: where it was made.
    ///   - time: `finishedAt` on the terminal's clock.
    /// - Returns: the facts of its sale.
    func facts(at terminal: TerminalIdentity, _ time: TerminalTime) -> SaleFacts {
        SaleFacts(
            idPosTxs: idPosTxs ?? 0,
            request: SaleRequest(
                terminal: terminal,
                amount: amount - tip,
                ticketNumber: ticketNumber,
                customID: nil,
                webhook: nil
            ),
            operationID: operationID - (payment - 1),
            terminalTime: time,
            seed: seed,
            function: function,
            retelling: retelling
        ).retold
    }
}
