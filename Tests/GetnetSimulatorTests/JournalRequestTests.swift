// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetSimulator

@Suite("JournalRequest: what a strict cloud accepts")
struct JournalRequestTests {
    private func faults(
        _ command: JournalCommand,
        _ changes: [String: String?] = [:],
        strict: Bool = true
    ) -> [String] {
        var members = [
            "idTerminal": "\"80005000\"", "idSucursal": "12983", "serialNumber": "\"SNPRUEBA1234\"",
            "command": "\(command.number)", "customId": "\"read-1\"",
        ]
        if command == .getTransaction { members["idPosTxs"] = "936101" }
        for (name, value) in changes { members[name] = value }
        let text = "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        switch JournalRequest.read(Array(text.utf8), as: command, strict: strict) {
        case .success: return []
        case .failure(let faults): return faults.list.map(\.part)
        }
    }

    @Test(arguments: JournalCommand.allCases)
    func `what the reference says is read`(command: JournalCommand) {
        #expect(faults(command) == [])
        #expect(faults(command, ["customId": nil]) == [])
        #expect(faults(command, ["webhook": "\"http://127.0.0.1:1/a\""]) == [])
    }

    @Test func `options belong to the commands that have them`() {
        #expect(faults(.details, ["printOnPos": "false"]) == [])
        #expect(faults(.details, ["skipReceipt": "true"]) == ["skipReceipt"])
        #expect(faults(.lastVoucher, ["printOnPos": "false", "skipReceipt": "true"]) == [])
        #expect(faults(.lastVoucher, ["printOnPos": "\"false\""]) == ["printOnPos"])
        #expect(faults(.getTransaction, ["printOnPos": "false"]) == ["printOnPos"])
        #expect(faults(.details, ["idPosTxs": "936101"]) == ["idPosTxs"])
    }

    @Test(
        arguments: [
            ("command", "100"), ("command", "\"99\""), ("idPosTxs", "\"936101\""), ("idPosTxs", "0"),
            ("idPosTxs", nil), ("idTerminal", nil), ("serialNumber", "\"SHORT\""), ("idSucursal", "\"X\""),
            ("customId", "\"aaaaaaaaaaaaaaaaaaaaaaaaaa\""), ("webhook", "\"\""), ("amount", "1"),
        ] as [(String, String?)]
    )
    func `anything else is a fault`(name: String, value: String?) {
        #expect(faults(.getTransaction, [name: value]) == [name])
    }

    @Test func `a lenient cloud takes numbers as strings`() {
        #expect(faults(.getTransaction, ["idPosTxs": "\"936101\"", "command": "\"99\""], strict: false) == [])
        #expect(faults(.details, ["metadata": "{}"], strict: false) == [])
    }

    @Test func `countries differ in their commands`() {
        #expect(JournalCommand.known(in: "cl") == [.details, .getTransaction])
        #expect(JournalCommand.known(in: "ar") == [.details, .lastVoucher])
    }
}
