// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A POST of a sale as the simulator writes it.
struct SaleEntry: Decodable {
    struct Sale: Decodable {
        struct Payment: Decodable {
            let amount: Int64
            let tip: Int64
            let authorizationCode: String
            let voided: Int64
            let refunded: Int64
        }
        let idPosTxs: Int
        let finishesAt: LedgerInstant
        let payments: [Payment]
        let repeats: Int?
    }

    let number: Int
    let receivedAt: LedgerInstant
    let customId: String?
    let ticketNumber: String?
    let amount: Int64?
    let foundBusyWith: String?
    let appliedFaults: [String]
    let reply: String
    let sale: Sale?
    let cancelledBy: Int?
    let callbacks: [CallbackEntry]

    var post: TerminalPost {
        TerminalPost(
            receivedAt: receivedAt.milliseconds,
            customID: customId,
            reference: ticketNumber,
            amount: amount,
            reply: reply,
            faults: Set(appliedFaults),
            isOverlap: foundBusyWith.isOverlap,
            isCancelled: cancelledBy != nil,
            number: sale.map { "\($0.idPosTxs)" },
            sale: sale.map {
                TerminalPost.Sale(
                    finishesAt: $0.finishesAt.milliseconds,
                    payments: $0.payments.map(\.amount),
                    givenBack: $0.payments.map { $0.voided + $0.refunded },
                    tip: $0.payments.first?.tip ?? 0,
                    authorizations: $0.payments.map(\.authorizationCode),
                    repeats: $0.repeats.map(String.init)
                )
            },
            callbacks: callbacks.map(\.callback)
        )
    }
}

/// A POST of another command as the simulator writes it.
struct CommandEntry: Decodable {
    struct Terminal: Decodable {
        let idTerminal: String
    }
    struct Original: Decodable {
        let post: Int?
    }
    struct Met: Decodable {
        let customId: String?
    }
    struct Refund: Decodable {
        let amount: Int64
    }

    let command: String
    let receivedAt: LedgerInstant
    let endedAt: LedgerInstant
    let customId: String?
    let terminal: Terminal?
    let amount: Int64?
    let reply: String
    let ending: String
    let movedMoney: Bool
    let movedAmount: Int64
    let original: Original?
    let refunds: [Refund]
    let met: Met?
    let appliedFaults: [String]
    let foundBusyWith: String?
    let callbacks: [CallbackEntry]

    /// A void or a refund, its payment looked up among every sale's POSTs; `nil` for what moves no money.
    func post(_ sales: [SaleEntry]) -> TerminalPost? {
        guard let verb = Self.verbs[command] else { return nil }
        let moved = refunds.isEmpty ? [movedAmount] : refunds.map(\.amount)
        return TerminalPost(
            verb: verb,
            receivedAt: receivedAt.milliseconds,
            customID: customId,
            amount: amount,
            originalID: original?.post.flatMap { number in sales.first { $0.number == number }?.customId },
            reply: reply,
            faults: Set(appliedFaults),
            isOverlap: foundBusyWith.isOverlap,
            sale: ending == "notStarted"
                ? nil : TerminalPost.Sale(finishesAt: endedAt.milliseconds, payments: movedMoney ? moved : []),
            callbacks: callbacks.map(\.callback)
        )
    }

    /// What Getnet's verbs are called here.
    private static let verbs = ["refund": "void", "return": "refund"]

    /// A cancel that reached its terminal; `nil` for everything else.
    var cancel: CancelPost? {
        guard command == "cancelsale", ending != "notStarted" else { return nil }
        return CancelPost(
            terminal: terminal?.idTerminal.uppercased() ?? "",
            receivedAt: receivedAt.milliseconds,
            endedAt: endedAt.milliseconds,
            customID: customId,
            met: met?.customId
        )
    }
}

/// A callback as the simulator writes it.
struct CallbackEntry: Decodable {
    let kind: String
    let status: Int?

    var callback: TerminalPost.Callback { TerminalPost.Callback(isResult: kind == "result", status: status) }
}

/// An RFC 3339 instant with milliseconds.
struct LedgerInstant: Decodable {
    let milliseconds: Int64

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
        milliseconds = date.milliseconds
    }
}

extension String? {
    /// Whether the terminal was at work on a command of ours.
    fileprivate var isOverlap: Bool { ["sale", "journal", "command"].contains(self) }
}
