// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// The bodies of all commands, compared with what we know of them (docs/getnet.md 3.2, 4, 9, 10).
@Suite struct `A command on the wire` {
    private static let chile = Account(name: "main", profile: .chile, environment: "uat")
    private static let argentina = Account(name: "main", profile: .argentina, environment: "uat")

    private func body(
        _ type: CommandType,
        _ account: Account = chile,
        _ options: [String: JSON.Scalar] = [:]
    ) -> String? {
        let sample = Transaction.sample(type: type, account: account)
        let content = sample.command.content
        let command = Command(
            commandID: sample.command.commandID,
            content: Command.Content(
                type: type,
                account: content.account,
                terminal: content.terminal,
                amount: content.amount,
                reference: content.reference,
                original: content.original,
                options: options
            ),
            expiresAt: sample.command.expiresAt,
            metadata: nil
        )
        var transaction = Transaction(
            id: sample.id,
            command: command,
            country: account.profile.code,
            environment: "uat",
            address: ReplyAddress(),
            acceptedAt: sample.acceptedAt
        )
        transaction.original = sample.original
        return CommandRequest(profile: account.profile).bytes(for: transaction, callbackURL: "https://b.test/cb")
            .map { String(decoding: $0, as: UTF8.self).replacing(sample.id.description, with: "ID") }
    }

    private let chilean = #""idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234""#
    private let argentine = #""idTerminal":"80005000","idSucursal":"0000012983","serialNumber":"SNPRUEBA1234""#
    private let answered = #""customId":"ID","webhook":"https://b.test/cb""#

    @Test func `names a void's receipt and nothing else of the sale`() {
        #expect(body(.void) == #"{\#(chilean),"command":102,"operationId":17,"printOnPos":false,\#(answered)}"#)
    }

    @Test func `names a refund's authorization and amount, in Argentina its day`() {
        #expect(
            body(.refund)
                == #"{\#(chilean),"command":108,"authorizationCode":"010929","amount":15990,"printOnPos":false,\#(answered)}"#
        )
        let expected = """
            {\(argentine),"command":108,"authorizationCode":"010929","amount":15990,\
            "originalTransDate":"2026-11-22","printOnPos":false,"skipConfirmation":false,"skipReceipt":false,\(answered)}
            """
        #expect(body(.refund, Self.argentina) == expected)
    }

    @Test func `asks for a callback where one may come and for none where none is known`() {
        #expect(body(.poll) == #"{\#(chilean),"command":106,\#(answered)}"#)
        #expect(body(.poll, Self.argentina) == #"{\#(argentine),"command":106,"customId":"ID"}"#)
        #expect(body(.totals, Self.argentina) == #"{\#(argentine),"command":104,"customId":"ID"}"#)
    }

    @Test func `that reconciles waits for the list and asks for no paper`() {
        #expect(body(.reconcile) == #"{\#(chilean),"command":105,"printOnPos":false,"customId":"ID"}"#)
    }

    @Test func `carries no name where the terminal takes none`() {
        #expect(body(.c2cMode, Self.chile, ["c2cMode": .bool(true)]) == #"{\#(chilean),"command":129,"c2cMode":true}"#)
    }

    @Test func `carries lines to print as they were given`() {
        let lines = #"[{"align":"left","data":"X","encode":"","printSeq":1,"type":"text"}]"#
        #expect(
            body(.print, Self.chile, ["details": .structure(lines)])
                == #"{\#(chilean),"command":117,"details":\#(lines),\#(answered)}"#
        )
    }

    @Test func `is none where the country has none`() {
        #expect(body(.void, Self.argentina) == nil)
        #expect(body(.totals) == nil)
    }

    @Test func `goes to the verb of the reference, whose refund is a void`() {
        #expect(CommandType.void.verb == "refund" && CommandType.refund.verb == "return")
        // `reconcile` sends the same request as `details`.
        let own = CommandType.allCases.filter { $0 != .reconcile }
        #expect(Set(own.map(\.verb)).count == own.count && Set(own.map(\.functionCode)).count == own.count)
        #expect(CommandType.reconcile.verb == "details" && CommandType.reconcile.functionCode == 105)
    }
}

/// Which parts of the answers to reading commands the bridge publishes.
@Suite struct `A terminal's report` {
    private func report(_ code: Int, _ members: String) -> String? {
        let reader = AnswerReader(timeZone: "America/Santiago")
        let body = #"{"code":1,"data":{"response":{"functionCode":\#(code),"responseCode":0,\#(members)}}}"#
        return reader.read(Array(body.utf8))?.result?.report.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `holds sums, flags and what a terminal is set to`() {
        #expect(
            report(104, #""txCount":2,"txTotal":"31980","countTips":0,"other":1"#)
                == #"{"txCount":2,"txTotal":31980,"countTips":0}"#
        )
        #expect(report(106, #""connected":true"#) == #"{"connected":true}"#)
        #expect(
            report(114, #""version":" 1.2 ","model":"N910","primaryIp":"10.0.0.1","tip":false"#)
                == #"{"version":"1.2","model":"N910","tip":false}"#
        )
    }

    @Test func `lists sales without card data`() {
        let row = """
            {"operationId":17,"amount":15990,"authorizationCode":"010929","cardBrand":"MC","cardType":"CR",\
            "last4Digits":"0042","realDate":"2026-01-15 10:22:31","bin":"\(CardData.bin)",\
            "expiryDate":"\(CardData.expiryDate)","commerceRut":"\(CardData.commerceRut)","accountNumber":"4111111111111111"}
            """
        let report = report(105, #""saleDetails":[\#(row)]"#)
        #expect(
            report == """
                {"count":1,"sales":[{"operationId":17,"amount":15990,"authorizationCode":"010929","cardBrand":"MC",\
                "cardType":"CR","last4":"0042","terminalLocalTime":"2026-01-15 10:22:31"}]}
                """
        )
    }

    @Test func `is cut where a batch is too long, and says so`() {
        let rows = (1...501).map { #"{"operationId":\#($0),"amount":1}"# }.joined(separator: ",")
        let report = report(105, #""saleDetails":[\#(rows)]"#)
        #expect(report?.hasPrefix(#"{"count":501,"sales":["#) == true)
        #expect(report?.hasSuffix(#"],"isCut":true}"#) == true)
        #expect(report?.contains(#""operationId":501"#) == false)
    }

    @Test func `is none for a sale`() {
        #expect(report(100, #""authorizationCode":"010929","connected":true"#) == nil)
    }
}
