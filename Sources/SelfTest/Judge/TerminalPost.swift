// SPDX-License-Identifier: Apache-2.0

/// One POST of a sale, void or refund as the cloud saw it, and what really happened at the terminal.
///
/// This is the second ledger.
///
/// Units: instants in milliseconds since 1970.
struct TerminalPost: Sendable, Equatable {
    /// What happened at the terminal.
    struct Sale: Sendable, Equatable {
        /// When the terminal is done with it.
        var finishesAt: Int64
        /// The amounts that were taken, or given back: none, one, or two.
        var payments: [Int64]
        /// How much of each was given back since, by voids and refunds.
        var givenBack: [Int64] = []
        /// How much of each is a tip.
        var tip: Int64 = 0
        /// The issuer's approval of each.
        var authorizations: [String] = []
        /// Getnet's number of the sale whose receipt the result repeats, although the customer did not pay.
        var repeats: String?

        /// Whether a journal shows it with the amount that was asked for, or says what was added to it.
        func shows(_ amount: Int64) -> Bool { payments.contains(amount + tip) }
    }

    /// A callback that was sent.
    struct Callback: Sendable, Equatable {
        /// Whether it carries a terminal's result.
        var isResult: Bool
        /// The HTTP status of the answer; `nil` if there was none.
        var status: Int?

        /// Whether the bridge has taken it.
        var isAnswered: Bool { status == 200 }
    }

    /// What was asked for: `sale`, `void`, `refund`.
    var verb = "sale"
    /// When it arrived.
    var receivedAt: Int64
    /// The transaction it was made for.
    var customID: String?
    /// The merchant's number; only a sale has one on the wire.
    var reference: String?
    /// In minor units; a void has none on the wire.
    var amount: Int64?
    /// The transaction whose payment was given back; `nil` if none was found.
    var originalID: String?
    /// What it was answered with, in the simulator's word.
    var reply: String
    /// What the simulator's chance did to it, by name.
    var faults: Set<String> = []
    /// Whether the terminal was found busy with another command of ours.
    var isOverlap = false
    /// Whether the terminal was told to end it before it was paid, and did.
    var isCancelled = false
    /// Getnet's number of what was started.
    var number: String?
    /// What happened at the terminal; `nil` if nothing was started there.
    var sale: Sale?
    /// The callbacks that were sent.
    var callbacks: [Callback] = []

    /// Whether the answer told Getnet's number, by which the result can be asked for.
    ///
    /// An answer that waited for the terminal tells the result itself, unless it was struck by something.
    var isAcknowledged: Bool {
        ["sent", "sentWithResult"].contains(reply) || (reply == "held" && faults.isEmpty && hasUsualEnd)
    }

    /// Whether the amount leaves the end to chance.
    private var hasUsualEnd: Bool { (amount ?? 0) % 1_000 == 0 }

    /// Whether the answer proves that nothing was started, so that another POST is allowed.
    var permitsAnother: Bool { Self.refusals.contains(reply) }

    /// Whether it was refused because its token was not good any more.
    var hadOldToken: Bool { ["unauthorized", "unauthorizedLiteral"].contains(reply) }

    private static let refusals: Set<String> = [
        "unauthorized", "unauthorizedLiteral", "firewallPage", "tooManyRequests", "tooManyRequestsUntil",
        "busy15Seconds", "busy5Minutes",
    ]
}
