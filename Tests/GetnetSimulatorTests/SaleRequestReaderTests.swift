// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetSimulator

@Suite("SaleRequestReader: what a strict cloud accepts")
struct SaleRequestReaderTests {
    private static let members: [(String, String)] = [
        ("idTerminal", "\"80005000\""), ("idSucursal", "12983"), ("serialNumber", "\"SNPRUEBA1234\""),
        ("command", "100"), ("amount", "15990"), ("ticketNumber", "\"A0001234\""), ("printOnPos", "false"),
        ("saleType", "1"), ("employeeId", "1"), ("customId", "\"ord-7f3a9c\""),
        ("webhook", "\"https://bridge.example.test/getnet/cb/9b1d0c\""),
    ]

    /// A sale in Chile (docs/getnet.md 4.1) with members changed or added; `nil` removes one.
    private func read(
        _ changes: [String: String?] = [:],
        strict: Bool = true,
        country: String = "cl"
    ) -> SaleRequestReader.Reading {
        var members = Self.members.filter { changes[$0.0] == nil }
        members += changes.compactMap { name, value in value.map { (name, $0) } }
        let text = "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        var reader = SaleRequestReader(strict: strict, country: country)
        return reader.read(Array(text.utf8))
    }

    private func faults(_ reading: SaleRequestReader.Reading) -> [String] {
        if case .faults(let faults) = reading { faults.map(\.part) } else { [] }
    }

    @Test func `the sample of the reference is a sale`() {
        let sale = SaleRequest(
            terminal: .documented,
            amount: 15_990,
            ticketNumber: "A0001234",
            customID: "ord-7f3a9c",
            webhook: "https://bridge.example.test/getnet/cb/9b1d0c"
        )
        #expect(read() == .sale(sale))
        #expect(read(["idSucursal": "\"0000012983\""]) == .sale(sale))
    }

    @Test(
        arguments: [
            ("command", "\"100\""), ("command", "102"), ("command", "100.0"), ("command", nil),
            ("amount", "0"), ("amount", "1000000000"), ("amount", "\"15990\""), ("amount", "15990.5"),
            ("amount", "true"), ("amount", "null"), ("amount", nil), ("amount", "1e3"),
            ("idTerminal", "80005000"), ("idTerminal", "\"8000500\""), ("idTerminal", "\"8000500-\""),
            ("idSucursal", "\"1298X\""), ("idSucursal", "\"\""), ("idSucursal", "-1"), ("idSucursal", nil),
            ("serialNumber", "\"SNPRUEBA123\""), ("serialNumber", nil),
            ("ticketNumber", "\"\""), ("ticketNumber", "\"A_1\""), ("ticketNumber", "\"aaaaaaaaaaaaaaaaaaaaaaaaa\""),
            ("ticketNumber", "7"), ("ticketNumber", nil),
            ("customId", "\"aaaaaaaaaaaaaaaaaaaaaaaaaa\""), ("customId", "7"),
            ("webhook", "\"\""), ("webhook", "\"ftp://a.test/\""), ("webhook", "\"https://\""),
            ("webhook", "\"https://a test/\""), ("webhook", "null"),
            ("printOnPos", "\"false\""), ("saleType", "7"), ("saleType", "\"1\""), ("employeeId", "10000"),
            ("paymentCategory", "\"OTHER\""), ("tip", "1"), ("metadata", "{}"), ("Amount", "1"),
        ] as [(String, String?)]
    )
    func `a wrong member is named`(name: String, value: String?) {
        #expect(faults(read([name: value])) == [name])
    }

    @Test func `a webhook of 199 characters fits, one of 200 does not`() {
        let start = "https://a.test/"
        let fits = start + String(repeating: "x", count: 199 - start.count)
        #expect(faults(read(["webhook": "\"\(fits)\""])) == [])
        #expect(faults(read(["webhook": "\"\(fits)x\""])) == ["webhook"])
    }

    @Test func `all faults are named at once`() {
        #expect(Set(faults(read(["amount": "0", "command": "1", "tip": "0"]))) == ["amount", "command", "tip"])
    }

    @Test func `a repeated member is a fault`() {
        var reader = SaleRequestReader(strict: true, country: "cl")
        let text = "{" + Self.members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + ",\"amount\":15990}"
        #expect(faults(reader.read(Array(text.utf8))) == ["amount"])
    }

    @Test(arguments: ["", "[]", "{", "{\"a\":01}", "{\"a\":1}x", "{\"a\":\"\\x\"}", "{'a':1}"])
    func `what is no JSON object is a fault of the body`(text: String) {
        var reader = SaleRequestReader(strict: true, country: "cl")
        #expect(faults(reader.read(Array(text.utf8))) == ["body"])
    }

    @Test func `Argentina has members of its own and needs no ticket`() {
        let changes: [String: String?] = [
            "ticketNumber": nil, "tip": "0", "installments": "1", "planId": "\"contado\"", "interest": "0",
            "operationMode": "0", "skipConfirmation": "false", "skipReceipt": "false",
        ]
        #expect(faults(read(changes, country: "ar")) == [])
        #expect(!faults(read(changes)).isEmpty)
    }

    @Test func `lenient takes what clients in the wild send`() {
        let changes: [String: String?] = ["command": "\"100\"", "amount": "\"15990\"", "extra": "[]"]
        #expect(faults(read(changes, strict: false)) == [])
        #expect(faults(read(["amount": "\"much\""], strict: false)) == ["amount"])
    }
}
