// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("CommandRequest: what a strict cloud accepts")
struct CommandRequestTests {
    private func faults(
        _ command: TerminalCommand,
        _ members: String = "",
        country: String = "cl",
        strict: Bool = true
    ) -> [String] {
        var configuration = SimulatorConfiguration()
        configuration.country = country
        configuration.strict = strict
        let body = Array(SimulatedWorld.body(of: command, members).utf8)
        switch CommandRequest.read(body, as: command, configuration) {
        case .success: return []
        case .failure(let faults): return faults.list.map(\.part)
        }
    }

    @Test func `the number is that of the verb`() {
        var configuration = SimulatorConfiguration()
        let body = Array(SimulatedWorld.body(of: .poll).utf8)
        guard case .failure(let faults) = CommandRequest.read(body, as: .close, configuration) else {
            Issue.record("a poll is no close")
            return
        }
        #expect(faults.list.map(\.part) == ["command"])
        configuration.strict = false
        let text = Array(SimulatedWorld.body(of: .poll).replacingOccurrences(of: "106", with: "\"106\"").utf8)
        #expect((try? CommandRequest.read(text, as: .poll, configuration).get()) != nil)
    }

    @Test(
        arguments: [
            (.void, ""), (.void, "\"operationId\":\"17\""), (.void, "\"operationId\":0"),
            (.void, "\"operationId\":100000000"), (.duplicate, ""),
        ] as [(TerminalCommand, String)]
    )
    func `a receipt is a number of at most 8 digits`(command: TerminalCommand, members: String) {
        #expect(faults(command, members) == ["operationId"])
    }

    @Test func `a refund names an authorization and an amount`() {
        #expect(faults(.refund) == ["authorizationCode", "amount"])
        #expect(faults(.refund, "\"authorizationCode\":10929,\"amount\":\"1\"") == ["authorizationCode", "amount"])
        #expect(
            faults(.refund, "\"authorizationCode\":\"\(String(repeating: "1", count: 21))\",\"amount\":1").count == 1
        )
        #expect(faults(.refund, "\"authorizationCode\":\"010929\",\"amount\":0") == ["amount"])
        #expect(faults(.refund, "\"authorizationCode\":\"010929\",\"amount\":1") == [])
        #expect(faults(.refund, "\"authorizationCode\":\"010929\",\"amount\":\"1\"", strict: false) == [])
    }

    @Test(arguments: ["2026-02-29", "2026-1-15", "15-01-2026", "2026-13-01", ""])
    func `a day exists`(day: String) {
        let members = "\"authorizationCode\":\"010929\",\"amount\":1,\"originalTransDate\":\"\(day)\""
        #expect(faults(.refund, members, country: "ar") == ["originalTransDate"])
    }

    @Test func `options belong to the commands that have them`() {
        #expect(faults(.poll, "\"printOnPos\":true") == ["printOnPos"])
        #expect(faults(.close, "\"printOnPos\":\"true\"") == ["printOnPos"])
        #expect(faults(.mode, "\"c2cMode\":true") == [])
        #expect(faults(.mode, "\"c2cMode\":1") == ["c2cMode"])
        #expect(faults(.mode, "\"c2cMode\":true,\"customId\":\"a\"") == ["customId"])
        #expect(faults(.mode, "\"c2cMode\":true,\"webhook\":\"http://127.0.0.1:1/\"") == ["webhook"])
        #expect(faults(.shift, "\"skiptConfirmation\":true", country: "ar") == [])
        #expect(faults(.shift, "\"skipConfirmation\":true", country: "ar") == ["skipConfirmation"])
        #expect(faults(.cancelSale, "\"printOnPos\":true", country: "ar") == ["printOnPos"])
    }

    @Test(arguments: ["12.345.678-5", "1.009-K", "11.111.111-1", "7.654.321-6"])
    func `a tax number has the check digit of its digits`(number: String) {
        #expect(faults(.biometrics, "\"rutToValidate\":\"\(number)\"") == [])
    }

    @Test(arguments: ["12.345.678-9", "12345678-5", "12.345.678", "", "-5", "1.2345.678-5", ".345.678-5"])
    func `any other tax number is a fault`(number: String) {
        #expect(faults(.biometrics, "\"rutToValidate\":\"\(number)\"") == ["rutToValidate"])
    }

    @Test func `the lines of the reference are printed`() {
        let lines = """
            {"printSeq":1,"type":"text","encode":"","data":"GRACIAS POR SU COMPRA","align":"center"},
            {"printSeq":2,"type":"array","encode":"","data":[{"item0":"1 CAFE"},{"item1":"1 PAN"}],"align":"left"},
            {"printSeq":3,"type":"barcode","encode":"ean13","data":"1234567890123","align":"center"},
            {"printSeq":4,"type":"printcode","encode":"qr","data":"https://example.test/t/1","align":"center"}
            """
        #expect(faults(.print, "\"details\":[\(lines)]") == [])
        #expect(faults(.print) == ["details"])
        #expect(faults(.print, "\"details\":[]") == ["details"])
    }

    @Test(
        arguments: [
            "{\"printSeq\":\"1\",\"type\":\"text\",\"encode\":\"\",\"data\":\"a\",\"align\":\"left\"}",
            "{\"printSeq\":1,\"type\":\"text\",\"encode\":\"qr\",\"data\":\"a\",\"align\":\"left\"}",
            "{\"printSeq\":1,\"type\":\"text\",\"encode\":\"\",\"data\":\"a\",\"align\":\"middle\"}",
            "{\"printSeq\":1,\"type\":\"text\",\"encode\":\"\",\"data\":\"a\"}",
            "{\"printSeq\":1,\"type\":\"image\",\"encode\":\"\",\"data\":\"aa==\",\"align\":\"left\"}",
            "{\"printSeq\":1,\"type\":\"barcode\",\"encode\":\"ean13\",\"data\":\"12a\",\"align\":\"left\"}",
            "{\"printSeq\":1,\"type\":\"array\",\"encode\":\"\",\"data\":[{\"item1\":\"a\"}],\"align\":\"left\"}",
            "{\"printSeq\":1,\"type\":\"text\",\"encode\":\"\",\"data\":\"a\",\"align\":\"left\",\"size\":1}",
            "1",
        ]
    )
    func `any other line is a fault`(line: String) {
        #expect(faults(.print, "\"details\":[\(line)]") == ["details[0]"])
    }

    @Test func `a line holds 48 characters`() {
        func line(_ count: Int) -> String {
            let text = String(repeating: "x", count: count)
            return "{\"printSeq\":1,\"type\":\"text\",\"encode\":\"\",\"data\":\"\(text)\",\"align\":\"left\"}"
        }
        #expect(faults(.print, "\"details\":[\(line(48))]") == [])
        #expect(faults(.print, "\"details\":[\(line(49))]") == ["details[0]"])
    }

    @Test func `a promotion is named`() {
        var reader = SaleRequestReader(strict: true, country: "cl", isPromotion: true)
        let members = "\"amount\":15990,\"ticketNumber\":\"A1\""
        let without = reader.read(Array(SimulatedWorld.body(of: .promotionSale, members).utf8))
        #expect(without == .faults([RequestFault("idPromo", "must be a string of 1 to 250 characters")]))
        var sale = SaleRequestReader(strict: true, country: "cl")
        let body = SimulatedWorld.body(of: .promotionSale, members + ",\"idPromo\":\"p\"")
            .replacingOccurrences(of: "126", with: "100")
        guard case .faults(let faults) = sale.read(Array(body.utf8)) else {
            Issue.record("an ordinary sale has no promotion")
            return
        }
        #expect(faults.map(\.part) == ["idPromo"])
    }

    @Test func `countries differ in their commands`() {
        #expect(TerminalCommand.known(in: "cl").count == 9)
        #expect(TerminalCommand.known(in: "ar").count == 8)
        #expect(TerminalCommand.known(in: "uy").count == TerminalCommand.allCases.count)
        #expect(Set(TerminalCommand.allCases.map(\.number)).count == TerminalCommand.allCases.count)
    }
}
