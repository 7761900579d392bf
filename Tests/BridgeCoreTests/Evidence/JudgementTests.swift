// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// docs/promises.md 4.4, row by row.
@Suite struct `A judgement` {
    private let charge = Transaction.sample()

    private func judge(_ change: (inout CloudAnswer) -> Void = { _ in }) -> String {
        judge(charge.submitted, change)
    }

    private func judge(_ transaction: Transaction, _ change: (inout CloudAnswer) -> Void) -> String {
        var answer = CloudAnswer.approved(transaction)
        change(&answer)
        return switch Judgement.of(answer, for: transaction) {
        case .verdict(let verdict, _): "\(verdict)"
        case .inconsistent: "inconsistent"
        case .undecided: "undecided"
        case .foreign: "foreign"
        }
    }

    @Test func `approves what fits in every part`() {
        #expect(judge() == "approved")
    }

    @Test(arguments: [
        (TerminalResult.ResponseCode.number(0), "approved"), (.number(1006), "notCompleted"),
        (.number(51), "declined"), (.number(5), "declined"), (.number(1005), "declined"), (.number(-2), "declined"),
        (.number(Int64.max), "declined"), (.number(-1), "inconsistent"), (.missing, "inconsistent"),
        (.unreadable, "inconsistent"),
    ])
    func `follows the terminal's number`(_ code: TerminalResult.ResponseCode, _ expected: String) {
        #expect(judge { $0.result?.responseCode = code } == expected)
    }

    @Test func `declines and cancellations need neither authorization nor amount`() {
        for (code, expected) in [(51, "declined"), (1006, "notCompleted")] {
            let judged = judge {
                $0.result?.responseCode = .number(Int64(code))
                $0.result?.authorizationCode = nil
                $0.result?.amount = nil
            }
            #expect(judged == expected)
        }
    }

    @Test func `an approval without authorization or amount does not fit`() {
        #expect(judge { $0.result?.authorizationCode = nil } == "inconsistent")
        #expect(judge { $0.result?.authorizationCode = "" } == "inconsistent")
        #expect(judge { $0.result?.amount = nil } == "inconsistent")
        #expect(judge { $0.result?.amount = 15_989 } == "inconsistent")
        #expect(judge { $0.result?.amount = 0 } == "inconsistent")
        #expect(judge { $0.result?.amount = -15_990 } == "inconsistent")
    }

    @Test(arguments: [CloudAnswer.Code.error, .inProcess, .unknown])
    func `a wrapper that is not done decides nothing, whatever the terminal's object says`(_ code: CloudAnswer.Code) {
        #expect(judge { $0.code = code } == "undecided")
    }

    @Test func `without a terminal object, or with another command's, nothing is decided`() {
        #expect(judge { $0.result = nil } == "undecided")
        for code in [0, 101, 102, nil] as [Int64?] {
            #expect(judge { $0.result?.functionCode = code } == "undecided")
        }
    }

    @Test func `an identity that names another transaction is a verdict for neither`() {
        #expect(judge { $0.customID = "000000000000000000000000" } == "foreign")
        let unnamed = judge {
            $0.result?.ticket = "A0009999"
            $0.customID = nil
        }
        #expect(unnamed == "foreign")
        #expect(judge { $0.result?.terminalID = "80005001" } == "foreign")
        #expect(judge { ($0.idPosTxs, $0.customID) = ("936199", nil) } == "foreign")
        #expect(judge { $0.result?.idPosTxs = "936199" } == "foreign")
        #expect(judge { ($0.code, $0.customID) = (.error, "0") } == "foreign")
    }

    @Test func `identities that one side does not have decide nothing`() {
        let judged = judge {
            ($0.idPosTxs, $0.customID) = (nil, nil)
            $0.result?.ticket = nil
            $0.result?.terminalID = nil
        }
        #expect(judged == "approved")
        #expect(judge(charge) { $0.idPosTxs = "1" } == "approved")
    }

    @Test func `the terminal's name may come in lower case`() {
        let lettered = Terminal(storedTerminal: "AR00TEST", branch: "1", serialNumber: "N1", alias: nil)
        let judged = judge(.sample(terminal: lettered)) { $0.result?.terminalID = "ar00test" }
        #expect(judged == "approved")
    }

    @Test func `a payment under another number but our own name is kept in doubt, its refusal is foreign`() {
        #expect(judge { $0.idPosTxs = "936199" } == "inconsistent")
        let declined = judge {
            $0.idPosTxs = "936199"
            $0.result?.responseCode = .number(51)
        }
        #expect(declined == "foreign")
        #expect(judge { ($0.idPosTxs, $0.result) = ("936199", nil) } == "foreign")
    }

    @Test(arguments: [
        (15_990, 0, 0, true), (16_990, 1_000, 0, true), (17_990, 1_000, 1_000, true), (15_990, 1_000, 0, true),
        (16_990, 0, 0, false), (16_990, 999, 0, false), (14_990, -1_000, 0, false), (16_990, -1_000, 2_000, false),
        (Int64.max, Int64.max, 0, false),
        // No terminal takes so much money at once.
        (100_000_015_990, 100_000_000_000, 0, false),
    ])
    func `J3: tip and cashback may be added where the answer itself says so, in every country`(
        _ amount: Int64,
        _ tip: Int64,
        _ cashback: Int64,
        _ fits: Bool
    ) {
        let argentina = Account(name: "main", profile: .argentina, environment: "uat")
        func add(_ answer: inout CloudAnswer) {
            answer.result?.amount = amount
            answer.result?.tip = tip
            answer.result?.cashback = cashback
        }
        #expect(judge(.sample(account: argentina), add) == (fits ? "approved" : "inconsistent"))
        #expect(judge(add) == (fits ? "approved" : "inconsistent"))
    }

    @Test func `a ticket counts only where one was sent`() {
        let argentina = Account(name: "main", profile: .argentina, environment: "uat")
        #expect(judge(.sample(account: argentina)) { $0.result?.ticket = "000017" } == "approved")
    }

    @Test func `two results are one if what both carry agrees`() {
        var result = TerminalResult()
        result.operationID = 17
        result.authorizationCode = "010929"
        var other = result
        #expect(result.isSame(as: other))
        other.localTime = "2026-11-22 07:12:31"
        #expect(result.isSame(as: other))
        other.operationID = 18
        #expect(!result.isSame(as: other))
        #expect(!TerminalResult().isSame(as: result))
    }
}
