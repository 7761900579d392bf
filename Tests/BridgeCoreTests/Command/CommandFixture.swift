// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// Commands as text, changed member by member.
enum CommandFixture {
    static let members: [(String, String)] = [
        ("commandId", #""b7f6a2de-4a5c-4e0f-9c2f-0d7f4a3c9e11""#),
        ("type", #""charge""#),
        ("terminal", #"{"idTerminal":"80005000","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}"#),
        ("amount", #"{"value":15990,"currency":"CLP"}"#),
        ("reference", #""A0001234""#),
    ]

    /// A command's text with members replaced or added; a member with `nil` is left out.
    static func text(_ changes: (String, String?)...) -> String {
        text(changes)
    }

    static func text(_ changes: [(String, String?)]) -> String {
        var kept = members
        for (name, value) in changes {
            kept.removeAll { $0.0 == name }
            if let value { kept.append((name, value)) }
        }
        return "{" + kept.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    static func reader(_ account: Account = .sample, maxBytes: Int = 262_144) -> CommandReader {
        CommandReader(
            rules: CommandReader.Rules(
                accounts: Accounts(account),
                maxBytes: maxBytes,
                maxAge: .seconds(120),
                ownQueues: ["getnet-bridge.commands", "getnet-bridge.control"]
            )
        )
    }

    static func read(_ changes: (String, String?)...) -> Result<Command, CommandRejection> {
        read(.sample(text(changes)))
    }

    static func read(
        _ message: CommandMessage,
        by reader: CommandReader = reader()
    ) -> Result<Command, CommandRejection> {
        do throws(CommandRejection) {
            return .success(try reader.read(message, acceptedAt: .sample))
        } catch {
            return .failure(error)
        }
    }
}

extension Result where Success == Command, Failure == CommandRejection {
    /// The faults as `path code`; empty for a command that was taken.
    var faults: [String] {
        switch self {
        case .success: []
        case .failure(let rejection): rejection.faults.map { "\($0.path) \($0.code.rawValue)" }
        }
    }

    var command: Command? { try? get() }

    var rejection: CommandRejection? {
        if case .failure(let rejection) = self { rejection } else { nil }
    }
}
