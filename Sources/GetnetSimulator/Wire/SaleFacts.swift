// SPDX-License-Identifier: Apache-2.0

/// What every report about one sale agrees on.
struct SaleFacts: Equatable, Sendable {
    /// The cloud's id of the sale.
    var idPosTxs: Int
    /// What was asked for.
    var request: SaleRequest
    /// The receipt number of the first payment at this terminal; a second payment has the next one.
    let operationID: Int
    /// When the terminal is done, in its local time.
    let terminalTime: TerminalTime
    /// Where the random choices of this sale come from.
    let seed: UInt64
    /// The command that its result answers.
    var function = 100
    /// How query and journal spell it.
    var retelling = Dialect.Retelling.same
    /// How the merchant's number comes back.
    var ticketSpelling = Dialect.Ticket.asSent
    /// Whether query or journal speak.
    var isRetold = false

    /// The issuer's approval of a payment: 6 digits or letters, leading zeros included.
    func authorizationCode(payment: Int) -> String { retelling.authorizationCode(seed: seed &+ UInt64(payment)) }

    /// The ticket as results show it.
    var ticket: String? { request.ticketNumber.map(ticketSpelling.spell) }

    /// The terminal's time as it is told.
    var toldTime: TerminalTime { isRetold && retelling == .secondLater ? terminalTime.secondLater : terminalTime }

    /// The same sale with the receipt of another one.
    ///
    /// - Parameters:
    ///   - row: the other one.
    ///   - time: when that was made, on the terminal's clock.
    /// - Returns: the facts; number, name, amount and ticket stay those of this sale.
    func repeating(_ row: JournalRow, _ time: TerminalTime) -> SaleFacts {
        SaleFacts(
            idPosTxs: idPosTxs,
            request: request,
            operationID: row.operationID - (row.payment - 1),
            terminalTime: time,
            seed: row.seed,
            function: function,
            retelling: row.retelling,
            ticketSpelling: ticketSpelling
        )
    }

    /// The card that the customer presents.
    var card: CardSample { CardSample(seed: seed) }

    /// 28 digits: terminal, merchant, local sequence, local time (docs/getnet.md 14.6).
    func transToken(payment: Int) -> String {
        let terminal = request.terminal.idTerminal.utf8.map { String($0.isASCIIDigit ? $0 - 0x30 : $0 % 10) }
        let sequence = (operationID + payment - 1) % 10
        return terminal.joined().prefix(8) + TerminalTime.padded(commerceCode % 100_000, 5) + String(sequence)
            + terminalTime.compact
    }

    /// The merchant's number: that of the branch.
    var commerceCode: Int { Int(request.terminal.idSucursal) ?? 0 }
}

/// What a result tells about a card besides its number.
struct CardSample: Equatable, Sendable {
    let brand: String
    let type: String
    let last4: String
    let aid: String
    let entryMode: String

    static let all = [
        CardSample(brand: "MC", type: "CR", last4: "0042", aid: "A0000000041010", entryMode: "16"),
        CardSample(brand: "VI", type: "DB", last4: "7713", aid: "A0000000031010", entryMode: "16"),
        CardSample(brand: "MC", type: "DB", last4: "0907", aid: "A0000000043060", entryMode: "16"),
        CardSample(brand: "VI", type: "PR", last4: "2250", aid: "A0000000031010", entryMode: "16"),
        CardSample(brand: "AX", type: "CR", last4: "1005", aid: "A000000025010402", entryMode: "16"),
    ]
}

extension CardSample {
    /// The card that a customer presents.
    ///
    /// - Parameter seed: where the random choices of the sale come from.
    init(seed: UInt64) {
        var random = SeededRandom(seed: ~seed)
        self = Self.all[Int(random.next() % UInt64(Self.all.count))]
    }
}

/// A generator whose whole future is in its seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
