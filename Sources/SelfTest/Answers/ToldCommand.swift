// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

/// A command as the cloud of the random answers knows it: what it started, what the truth is, and what it has told.
struct ToldCommand: Sendable {
    /// What a command may be repeated after.
    enum Kind: Sendable {
        /// Moves money.
        case money
        /// Changes or prints something.
        case acting
        /// May be asked for as often as one likes.
        case reading

        /// The kind of a verb of Getnet's.
        init(verb: String) {
            switch verb {
            case "sale", "salepromo", "refund", "return": self = .money
            case "poll", "details", "lastvoucher", "totals", "params", "get_transaction": self = .reading
            default: self = .acting
            }
        }
    }

    let verb: String
    let customID: String?
    let terminal: String
    let amount: Int64
    let ticket: String?
    let webhook: String?
    /// What the terminal will say, or has said.
    var isApproved: Bool
    /// Getnet's number, once something was started.
    var number: String?
    var authorizationCode = ""
    var operationID: Int64 = 0
    var localTime = ""
    var transToken = ""
    /// POSTs that arrived.
    var posts = 0 { didSet { lastPostAt = .now } }
    /// When the last of them arrived.
    private(set) var lastPostAt: ContinuousClock.Instant?
    /// Those of them that started something.
    var starts = 0
    /// When the terminal is done.
    var endsAt: ContinuousClock.Instant?
    /// Whether a callback in the captured layout, with nothing done to it, was answered 200.
    var isPlainlyTold = false
    /// Whether a callback said the opposite of the truth, with a flaw.
    var isMisled = false
    /// Whether a callback that was taken said that another amount was paid than was asked for.
    var isMisfitTold = false
    /// When it was answered "busy" although it was started and a callback had told so.
    var refusedAt: ContinuousClock.Instant?
    /// When the callback that told so was answered.
    var unfinishedToldAt: ContinuousClock.Instant?
    /// The same in milliseconds since 1970, as the bridge's rows have it.
    private(set) var unfinishedToldInstant: Int64?
    /// What was said, line by line.
    var lines: [String] = []

    /// The flaw of a callback that must be told to people at every end.
    static let misfit = "another amount"
    /// A callback that was answered less than this before the refusal may not have been weighed yet.
    private static let weighing = Duration.milliseconds(100)

    /// Whether another POST is right although it was started: the refusal came, and what proves it wrong had not.
    var mayBeRepeated: Bool {
        guard let refusedAt, posts > 1 else { return false }
        guard let unfinishedToldAt else { return true }
        // On a machine that stands still for seconds several go before anything could be told.
        return unfinishedToldAt + Self.weighing > (posts == 2 ? refusedAt : lastPostAt ?? refusedAt)
    }

    /// A callback said that the terminal is at work on it, and was answered 200.
    mutating func toldUnfinished() {
        unfinishedToldAt = .now
        unfinishedToldInstant = Int64(Date().timeIntervalSince1970 * 1_000)
    }

    /// Whether the refusal may be believed by a row that ended then: nothing had told before that it is untrue.
    func mayBeBelieved(at end: Int64?) -> Bool {
        if mayBeBelieved { return true }
        guard refusedAt != nil, let end, let told = unfinishedToldInstant else { return false }
        return end <= told
    }

    /// Whether a second refusal may be believed although the first one was untrue: nothing had proved that by then.
    ///
    /// What was told between the two makes the second one a doubt, and is no excuse.
    var mayBeBelieved: Bool {
        // It expired after the first one, and nothing was told.
        if posts == 1 { return refusedAt != nil && unfinishedToldAt == nil }
        guard mayBeRepeated, let lastPostAt else { return false }
        guard let unfinishedToldAt else { return true }
        return unfinishedToldAt + Self.weighing > lastPostAt
    }

    var kind: Kind { Kind(verb: verb) }
    var isStarted: Bool { starts > 0 }
    /// Whether the terminal is done by now.
    var hasEnded: Bool { endsAt.map { $0 <= .now } ?? false }

    /// Getnet's number of the command.
    var functionCode: Int64 { Self.functionCodes[verb] ?? 0 }

    private static let functionCodes: [String: Int64] = [
        "sale": 100, "lastvoucher": 101, "refund": 102, "close": 103, "totals": 104, "details": 105, "poll": 106,
        "normalmode": 107, "return": 108, "duplicate": 109, "params": 114, "printservice": 117, "bioauth": 121,
        "salepromo": 126, "c2cmode": 129, "shift": 135, "shiftreport": 136, "get_transaction": 99,
    ]

    /// What the terminal says of it.
    var result: CloudWord.Result {
        var others: [WireText.Member] = []
        if ["refund", "return", "close"].contains(verb) { others.append(.init("success", .raw("\(isApproved)"))) }
        if verb == "poll" { others.append(.init("connected", .raw("true"))) }
        if verb == "return" { others.append(.init("dateTime", .text(localTime))) }
        return CloudWord.Result(
            functionCode: functionCode,
            responseCode: isApproved ? 0 : 51,
            responseMessage: isApproved ? "Aprobado" : "Fondos insuficientes",
            terminalID: terminal,
            ticket: ticket,
            authorizationCode: isApproved ? authorizationCode : "",
            amount: amount,
            operationID: operationID,
            localTime: localTime,
            transToken: transToken,
            others: others
        )
    }

    /// The opposite of what the terminal says, with a flaw because of which it decides nothing, and the flaw's name.
    func misleading(_ random: inout SeededGenerator) -> (word: CloudWord, flaw: String) {
        var opposite = self
        opposite.isApproved.toggle()
        opposite.authorizationCode = "F4LSE0"
        var word = opposite.finished
        var flaws: [(String, (inout CloudWord) -> Void)] = [
            ("not finished", { ($0.code, $0.message) = (2, "TRANSACTION IN PROCESS") }),
            ("another's name", { $0.customID = "01940000-0000-7000-8000-000000000001" }),
            ("another terminal", { $0.result?.terminalID = "80999999" }),
            ("no response code", { $0.result?.responseCode = nil }),
            ("another function", { $0.result?.functionCode = 106 }),
        ]
        if ticket != nil {
            let spoil: (inout CloudWord) -> Void = {
                $0.customID = nil
                $0.result?.ticket = "T-4711"
            }
            flaws.append(("another ticket, without a name", spoil))
        }
        if opposite.isApproved, amount > 0 {
            flaws.append(("no authorization", { $0.result?.authorizationCode = "" }))
            flaws.append((Self.misfit, { $0.result?.amount += 1 }))
        } else if opposite.isApproved, verb == "refund" {
            flaws.append(("another receipt", { $0.result?.operationID += 1 }))
        }
        let (name, change) = flaws[Int.random(in: 0..<flaws.count, using: &random)]
        change(&word)
        return (word, name)
    }

    /// What is said once the terminal is done.
    var finished: CloudWord {
        CloudWord(code: 1, message: "TRANSACCIÓN FINALIZADA", number: number, customID: customID, result: result)
    }
}
