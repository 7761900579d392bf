// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite("Words and options of the contract")
struct ContractWordTests {
    private static let words: [String: [String]] = [
        "commandType": CommandType.allCases.map(\.rawValue),
        "controlVerb": ControlVerb.allCases.map(\.rawValue),
        "status": TransactionStatus.allCases.map(\.rawValue),
        "finalStatus": TransactionStatus.allCases.filter(\.isFinal).map(\.rawValue),
        "reasonCode": Reason.Code.allCases.map(\.rawValue),
        "faultCode": CommandFault.Code.allCases.map(\.rawValue),
        "evidence": EvidenceSource.allCases.map(\.rawValue),
        "contradictionCode": Contradiction.Code.allCases.map(\.rawValue),
        "eventKind": EventName.Kind.allCases.map(\.rawValue),
        "currency": Currency.allCases.map(\.rawValue),
    ]

    @Test func `every documented list of words is that of the code`() throws {
        let lists = try #require(try ContractFiles.file("schemas/words.json").json()["$defs"])
        #expect(Set(lists.names) == Set(Self.words.keys))
        for (name, expected) in Self.words {
            #expect(lists[name]?["enum"]?.words.sorted() == expected.sorted(), "\(name)")
        }
    }

    @Test func `there is a schema for every command and every control message, and no other`() {
        let commands = ContractFiles.files(in: "schemas/commands").map(\.name)
        #expect(Set(commands) == Set(CommandType.allCases.map(\.rawValue) + ["parts"]))
        let control = ContractFiles.files(in: "schemas/control").map(\.name)
        #expect(Set(control) == Set(ControlVerb.allCases.map(\.rawValue)))
    }

    @Test(arguments: CommandType.allCases)
    func `a command's members are those that its effect has`(_ type: CommandType) throws {
        let schema = try ContractFiles.file("schemas/commands/\(type.rawValue).json").json()
        let members = Set(try #require(schema["properties"]).names)
        let required = Set(try #require(schema["required"]).words)
        let hasAmount = type.effect == .sale || type.effect == .refund
        #expect(schema["properties"]?["type"]?["const"]?.string == type.rawValue)
        #expect(members.contains("amount") == hasAmount)
        #expect(required.contains("amount") == hasAmount)
        #expect(members.contains("original") == type.effect.hasOriginal)
        #expect(required.contains("original") == type.effect.hasOriginal)
        #expect(required.contains("reference") == type.effect.movesMoney)
    }

    @Test(arguments: CommandType.allCases)
    func `a command's options are those of its countries`(_ type: CommandType) throws {
        let schema = try ContractFiles.file("schemas/commands/\(type.rawValue).json").json()
        let documented = try #require(schema["$defs"])
        let profiles = [CountryProfile.chile, .argentina, .uruguay].filter { $0.commands[type] != nil }
        #expect(Set(documented.names) == Set(profiles.map(\.code)))
        for profile in profiles {
            let expected = try JSONParser.parse(Array(try #require(profile.commands[type]).schema.utf8))
            #expect(documented[profile.code]?.canonical == expected.canonical, "\(profile.code)")
        }
        let choices = schema["properties"]?["options"]?["anyOf"]
        let referred = profiles.map { ##"{"$ref":"#/$defs/\##($0.code)"}"## }.joined(separator: ",")
        #expect(choices == (try JSONParser.parse(Array("[\(referred)]".utf8))))
        let isRequired = profiles.allSatisfy { $0.commands[type]?.fields.values.contains(where: \.isRequired) == true }
        #expect(schema["required"]?.words.contains("options") == isRequired)
    }
}

extension CommandProfile {
    /// The options as a schema names them.
    fileprivate var schema: String {
        let members = fields.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value.rule.schema)"# }
        let required = fields.filter(\.value.isRequired).keys.sorted().map { "\"\($0)\"" }
        return """
            {"type":"object","properties":{\(members.joined(separator: ","))}\
            \(required.isEmpty ? "" : #","required":[\#(required.joined(separator: ","))]"#),"additionalProperties":false}
            """
    }
}

extension CommandProfile.FieldRule {
    fileprivate var schema: String {
        switch self {
        case .boolean: #"{"type":"boolean"}"#
        case .integer(let bounds):
            #"{"type":"integer","minimum":\#(bounds.lowerBound),"maximum":\#(bounds.upperBound)}"#
        case .text(let limit): #"{"type":"string","minLength":1,"maxLength":\#(limit)}"#
        case .oneOf(let choices): #"{"enum":[\#(choices.map { "\"\($0)\"" }.joined(separator: ","))]}"#
        case .rut: ##"{"$ref":"parts.json#/$defs/rut"}"##
        case .printLines: ##"{"$ref":"parts.json#/$defs/printLines"}"##
        }
    }
}
