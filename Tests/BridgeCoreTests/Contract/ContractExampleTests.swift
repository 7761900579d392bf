// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite("Examples of the contract")
struct ContractExampleTests {
    @Test func `every command has an example for every country that knows it`() {
        let examples = ContractFiles.files(in: "examples/commands").map(\.name)
        for profile in [CountryProfile.chile, .argentina, .uruguay] {
            for type in profile.commands.keys {
                let name = "\(type.rawValue).\(profile.code)"
                #expect(examples.contains { $0 == name || $0.hasPrefix("\(name).") }, "\(name)")
            }
        }
        #expect(!ContractFiles.files(in: "examples/rejections").isEmpty)
    }

    @Test(arguments: ContractFiles.files(in: "examples/commands"))
    func `a command is taken`(_ example: ContractFiles.File) throws {
        let words = example.name.split(separator: ".").map(String.init)
        let reader = CommandReader(rules: try ContractFiles.rules(words[1]))
        let message = CommandMessage(
            exchange: "getnet.commands",
            routingKey: "\(words[0]).main",
            body: example.bytes,
            contentType: "application/json",
            timestamp: .sample
        )
        let result = CommandFixture.read(message, by: reader)
        #expect(result.faults == [])
        #expect(result.command?.content.type.rawValue == words[0])
    }

    @Test(arguments: ContractFiles.files(in: "examples/control"))
    func `a control message is taken`(_ example: ContractFiles.File) throws {
        let message = CommandMessage(
            exchange: "getnet.control",
            routingKey: "\(example.name).main",
            body: example.bytes,
            contentType: "application/json",
            address: ReplyAddress(replyTo: "till-3")
        )
        let request = try ControlReader(rules: try ContractFiles.rules("cl")).read(message)
        #expect(request.verb.rawValue == example.name)
    }

    @Test(arguments: ContractFiles.files(in: "examples/rejections"))
    func `a rejection has exactly the documented faults`(_ example: ContractFiles.File) throws {
        let json = try example.json()
        let message = try Self.message(json)
        let rules = try ContractFiles.rules(try #require(json["country"]?.string))
        guard case .array(let documented) = json["faults"] else {
            Issue.record("no faults")
            return
        }
        let expected = documented.map { "\($0["path"]?.string ?? "?") \($0["code"]?.string ?? "?")" }
        #expect(Self.faults(of: message, rules).sorted() == expected.sorted())
        #expect(!expected.isEmpty)
    }

    private static func faults(of message: CommandMessage, _ rules: CommandReader.Rules) -> [String] {
        do throws(CommandRejection) {
            if message.exchange == "getnet.control" {
                _ = try ControlReader(rules: rules).read(message)
            } else {
                _ = try CommandReader(rules: rules).read(message, acceptedAt: .sample)
            }
            return []
        } catch {
            return error.faults.map { "\($0.path) \($0.code.rawValue)" }
        }
    }

    private static func message(_ example: JSON) throws -> CommandMessage {
        let properties = try #require(example["message"])
        let body = example["text"]?.string.map { Array($0.utf8) } ?? example["body"]?.serialized
        return CommandMessage(
            exchange: try #require(properties["exchange"]?.string),
            routingKey: try #require(properties["routingKey"]?.string),
            body: try #require(body),
            fullSize: properties["fullSize"]?.integer.map { Int($0) },
            contentType: properties["contentType"]?.string ?? "application/json",
            timestamp: properties["timestamp"] == .null ? nil : .sample,
            address: ReplyAddress(replyTo: properties["replyTo"]?.string)
        )
    }
}
