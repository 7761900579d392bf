// SPDX-License-Identifier: Apache-2.0

import Rig

/// What is sent to one terminal, one after the other: from a seed and a number alone.
struct AnswersEpisode: Sendable {
    /// An account of the bridge under test.
    struct Account: Sendable, Equatable {
        let name: String
        let country: String

        var currency: String { ["cl": "CLP", "ar": "ARS", "uy": "UYU"][country] ?? "" }
        var timeZone: String {
            ["cl": "America/Santiago", "ar": "America/Argentina/Buenos_Aires", "uy": "America/Montevideo"][country]
                ?? "GMT"
        }
    }

    /// A command.
    struct Step: Sendable, Equatable {
        let commandID: String
        let type: String
        let amount: Int64?
        /// The command that a void or a refund is about.
        let original: String?
    }

    /// Several of each country, so that one that is held back leaves others.
    static let accounts =
        (1...6).map { Account(name: "cl\($0)", country: "cl") }
        + (1...5).map { Account(name: "ar\($0)", country: "ar") }
        + [Account(name: "uy1", country: "uy")]

    let number: Int
    let account: Account
    let terminal: String
    /// What the terminal's answers are drawn from.
    let seed: UInt64
    let steps: [Step]

    init(seed: UInt64, number: Int) {
        var random = SeededGenerator(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        self.number = number
        account = Self.accounts[Int.random(in: 0..<Self.accounts.count, using: &random)]
        terminal = "\(account.country.uppercased())\(100_000 + number % 900_000)"
        self.seed = random.next()
        let types = Self.types(in: account.country, &random)
        let name = "f\(seed)-\(number)"
        steps = types.enumerated().map { index, type in
            let movesAmount = ["charge", "promo", "refund"].contains(type)
            let amount = Int64.random(in: 1...900, using: &random) * 100
            return Step(
                commandID: "\(name)-\(index)",
                type: type,
                amount: movesAmount ? (type == "refund" ? 100 : amount) : nil,
                original: ["void", "refund"].contains(type) ? "\(name)-0" : nil
            )
        }
    }

    /// The same terminal with other commands.
    init(number: Int, like other: AnswersEpisode, steps: [Step]) {
        self.number = number
        account = other.account
        terminal = other.terminal
        seed = other.seed
        self.steps = steps
    }

    private static func types(in country: String, _ random: inout SeededGenerator) -> [String] {
        let lots: [[String]] =
            switch country {
            case "cl":
                Array(repeating: ["charge"], count: 8) + [
                    ["charge", "void"], ["charge", "void"], ["charge", "refund"], ["charge", "refund"],
                    ["charge", "duplicate"], ["charge", "charge"], ["charge", "charge"], ["promo"], ["poll"],
                    ["details"],
                    ["charge", "close"], ["print"], ["bioauth"], ["c2c-mode"], ["charge", "reconcile"],
                ]
            case "ar":
                Array(repeating: ["charge"], count: 8) + [
                    ["charge", "last-voucher"], ["charge", "last-voucher"], ["charge", "last-voucher", "charge"],
                    ["charge", "refund"], ["charge", "refund"], ["charge", "charge"], ["totals"], ["params"], ["poll"],
                    ["charge", "details"], ["shift"], ["shift-report"], ["normal-mode"], ["charge", "reconcile"],
                ]
            default: [["charge"], ["charge", "charge"]]
            }
        return lots[Int.random(in: 0..<lots.count, using: &random)]
    }

    /// The body of a step's message.
    func json(of step: Step, expiresAt: String) -> [UInt8] {
        var members: [WireText.Member] = [
            .init("commandId", .text(step.commandID)), .init("type", .text(step.type)),
            .init("account", .text(account.name)),
            .init("expiresAt", .text(expiresAt)),
            .init(
                "terminal",
                .object([
                    .init("idTerminal", .text(terminal)), .init("idSucursal", .text("12983")),
                    .init("serialNumber", .text("SN\(terminal)")),
                ])
            ),
        ]
        if let amount = step.amount {
            let value = WireText.object([.init("value", .integer(amount)), .init("currency", .text(account.currency))])
            members.append(.init("amount", value))
        }
        if let original = step.original {
            members.append(.init("original", .object([.init("commandId", .text(original))])))
        }
        if step.movesMoney { members.append(.init("reference", .text("00F\(step.commandID.dropFirst().suffix(20))"))) }
        if let options = Self.options[step.type] { members.append(.init("options", .raw(options))) }
        return Array(WireText.object(members).json.utf8)
    }

    private static let options = [
        "promo": #"{"idPromo":"2x1"}"#, "bioauth": #"{"rutToValidate":"12.345.678-5"}"#,
        "c2c-mode": #"{"c2cMode":true}"#,
        "duplicate": #"{"operationId":17}"#, "shift": #"{"numberOfShift":2}"#,
        "print": #"{"details":[{"printSeq":1,"type":"text","encode":"","data":"Gracias","align":"center"}]}"#,
    ]
}

extension AnswersEpisode.Step {
    var movesMoney: Bool { ["charge", "promo", "void", "refund"].contains(type) }
}
