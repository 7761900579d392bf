// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore

/// What every command is made of, as flags.
struct CommandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Terminal: idTerminal/idSucursal/serialNumber, or an alias.", valueName: "id/branch/serial")
    )
    var terminal: String

    @Option(
        help: ArgumentHelp(
            """
            The merchant's number of this attempt, 1 to 24 of A-Z a-z 0-9 - (default, if money moves: made from the \
            command id).
            """
        )
    )
    var reference: String?

    @Option(help: "The idempotency key (default: generated).")
    var commandId: String?

    @Option(
        help: ArgumentHelp(
            "When this command was first sent, if it is sent again (default: now). Its age counts from then.",
            valueName: "instant"
        )
    )
    var sentAt: Timestamp?

    @Option(help: "How old it may be when the bridge sends it to Getnet (default: the bridge's commands.maxAge).")
    var expiresIn: DurationArgument?

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("One of Getnet's fields of this command (docs/callers.md).", valueName: "name=value")
    )
    var fields: [OptionArgument] = []

    @Option(help: ArgumentHelp("JSON object, echoed in every event.", valueName: "json"))
    var metadata: String?
}

/// One of Getnet's optional fields, `printOnPos=true`.
struct OptionArgument: ExpressibleByArgument {
    let name: String
    let text: String

    init?(argument: String) {
        let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty else { return nil }
        name = String(halves[0])
        text = String(halves[1])
    }

    /// The value in the type that the country has for the field; of an unknown field or value the text, to be refused.
    func value(in profile: CountryProfile, of type: CommandType = .charge) -> JSON {
        switch profile.commands[type]?.fields[name]?.rule {
        case .boolean: Bool(text).map { .bool($0) } ?? .string(text)
        case .integer: Int64(text).map { .number(JSONNumber($0)) } ?? .string(text)
        // Lines with their styles are JSON.
        case .printLines: (try? JSONParser.parse(Array(text.utf8))) ?? .string(text)
        case .text, .oneOf, .rut, nil: .string(text)
        }
    }
}
