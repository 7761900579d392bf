// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import Foundation
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Names of terminals")
struct TerminalNameTests {
    private func charge(_ id: String, _ reference: String) -> [UInt8] {
        let text = """
            {"commandId":"\(id)","type":"charge","terminal":"till-3","amount":{"value":15000,"currency":"CLP"},\
            "reference":"\(reference)"}
            """
        return Array(text.utf8)
    }

    @Test func `stand for their triplets, and a changed file is heeded, a faulty one is not`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terminals-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        @Sendable func write(_ text: String) throws { try Data(text.utf8).write(to: file, options: .atomic) }
        try write("till-1: 80005001/12983/SNPRUEBA1234\n")
        try await BridgeWorld.run(configure: { $0.terminals.file = file.path }) { world in
            try await world.send(charge("n-1", "N1"))
            let unknown = try await world.events.first("the name is unknown") { $0.commandID == "n-1" }
            #expect(unknown.faults == ["unknown_alias"])
            try write("till-1: 80005001/12983/SNPRUEBA1234\ntill-3: 80005003/12983/SNPRUEBA1234\n")
            var number = 1
            try await eventually("the name is known", within: BridgeWorld.patience) {
                number += 1
                let id = "n-\(number)"
                try await world.send(charge(id, "N\(number)"))
                let answer = try await world.events.first("\(id) is answered") { $0.commandID == id }
                return answer.faults.isEmpty
            }
            let final = try await world.events.final(of: "n-\(number)")
            #expect(final.status == "approved")
            #expect(final.data["terminal"]?["alias"]?.string == "till-3")
            #expect(final.data["terminal"]?["idTerminal"]?.string == "80005003")
            // The triplet means the same content.
            let triplet = String(decoding: charge("n-\(number)", "N\(number)"), as: UTF8.self).replacing(
                #""till-3""#,
                with: #"{"idTerminal":"80005003","idSucursal":12983,"serialNumber":"snprueba1234"}"#
            )
            try await world.virtualHost.declareQueue("asked")
            try await world.send(Array(triplet.utf8)) { $0.replyTo = "asked" }
            #expect(try await world.surroundings.take(1, from: "asked")[0].properties.messageID == final.id)
            // When the name is gone, the same bytes still get the latest event of the command that they began.
            try write("till-1: 80005001/12983/SNPRUEBA1234\n")
            let same = charge("n-\(number)", "N\(number)")
            try await eventually("the name is gone", within: BridgeWorld.patience) {
                let id = "gone-\(UUID().uuidString)"
                try await world.send(charge(id, "GONE"))
                return try await world.events.first("\(id) is answered") { $0.commandID == id }.faults == [
                    "unknown_alias"
                ]
            }
            try await world.send(same) { $0.replyTo = "asked" }
            #expect(try await world.surroundings.take(1, from: "asked")[0].properties.messageID == final.id)
            try write("till-1: 80005001/12983/SNPRUEBA1234\ntill-3: 80005003/12983/SNPRUEBA1234\n")
            try await eventually("the name is known again", within: BridgeWorld.patience) {
                number += 1
                let id = "n-\(number)"
                try await world.send(charge(id, "N\(number)"))
                return try await world.events.first("\(id) is answered") { $0.commandID == id }.faults.isEmpty
            }
            try write("till-3: nonsense\n")
            let last = number
            try await always("the name is known", for: TerminalDirectory.interval * 2) {
                number += 1
                let id = "n-\(number)"
                try await world.send(charge(id, "N\(number)"))
                return try await world.events.first("\(id) is answered") { $0.commandID == id }.faults.isEmpty
            }
            #expect(number > last)
        }
    }

    @Test(arguments: [
        ("till 1: 80005001/12983/S1\n", ":1:"), ("till-1: 80005001/12983\n", "is expected"),
        ("a: 80005001/0/S1\n", "is expected"), ("- a\n", "no mapping"), ("a: [1]\n", "is expected"),
        ("a: 80005001/1/S1\na: 80005002/1/S1\n", "twice"), ("{", "no YAML"),
    ])
    func `are refused with the place where the file is faulty`(text: String, words: String) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terminals-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        do throws(TerminalFile.Fault) {
            _ = try TerminalFile.read(file.path)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.description.contains(words), "\(error)")
        }
    }

    @Test func `that were found make a file that can be read`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terminals-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let found = [("80005000", "12983"), ("80005000", "7"), ("8000500E1", "12983")].compactMap {
            Terminal(idTerminal: $0.0, idSucursal: $0.1, serialNumber: "SNPRUEBA1234")
        }
        try Data(TerminalFile.text(naming: found).utf8).write(to: file)
        let read = try TerminalFile.read(file.path)
        #expect(read.aliases == ["80005000", "80005000-2", "8000500E1"])
        #expect(read.terminal(named: "80005000-2")?.idSucursal == "7")
    }

    @Test func `may be none`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("terminals-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("# nothing yet\n".utf8).write(to: file)
        #expect(try TerminalFile.read(file.path).count == 0)
    }
}
