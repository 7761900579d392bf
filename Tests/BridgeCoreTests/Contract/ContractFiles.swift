// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

/// The files of `docs/contract`.
enum ContractFiles {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/contract", directoryHint: .isDirectory)

    /// A file with its name, without `.json`.
    struct File: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]

        var testDescription: String { name }

        func json() throws -> JSON { try JSONParser.parse(bytes) }
    }

    static func file(_ path: String) throws -> File {
        let url = folder.appending(path: path)
        return File(name: url.deletingPathExtension().lastPathComponent, bytes: Array(try Data(contentsOf: url)))
    }

    /// The files of a folder; none if it is missing, and then the tests fail.
    static func files(in path: String) -> [File] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { try? file("\(path)/\($0)") }
    }

    /// The only account of a bridge in that country.
    static func account(in country: String) throws -> Account {
        Account(name: "main", profile: try #require(CountryProfile.named(country)), environment: "uat")
    }

    static func rules(_ country: String) throws -> CommandReader.Rules {
        CommandReader.Rules(
            accounts: try Accounts(account(in: country)),
            maxBytes: 262_144,
            maxAge: .seconds(120),
            ownQueues: ["getnet-bridge.commands", "getnet-bridge.control"]
        )
    }
}

extension JSON {
    /// The elements of an array of strings.
    var words: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap(\.string)
    }

    /// The names of an object's members.
    var names: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.name)
    }
}
