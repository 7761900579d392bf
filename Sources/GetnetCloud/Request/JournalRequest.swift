// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Writes the body of a command that reads a terminal's journal: synchronous, without paper.
///
/// *Shape*: the KeyPos triplet, `command`, what the command takes, `customId`; no `webhook`, so that the answer comes
/// on the connection that asked.
/// *Source*: docs/getnet.md 3.2, 9.1 to 9.3.
struct JournalRequest: Sendable {
    let profile: CountryProfile

    /// The body; `nil` where a number of Getnet's is asked for that cannot be one.
    func bytes(for command: JournalCommand, of terminal: Terminal, customID: String) -> [UInt8]? {
        if case .transaction(let number) = command, JSON.string(number).cloudNumber != number { return nil }
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.triplet(terminal, profile.branchForm)
            writer.member("command", command.functionCode)
            switch command {
            case .details: writer.member("printOnPos", false)
            case .lastVoucher:
                writer.member("printOnPos", false)
                writer.member("skipReceipt", true)
            case .transaction(let idPosTxs): writer.member("idPosTxs", rawJSON: idPosTxs.utf8)
            }
            writer.member("customId", customID)
        }
        return writer.bytes
    }
}

extension JournalCommand {
    /// The command's number at the terminal.
    var functionCode: Int64 {
        switch self {
        case .details: 105
        case .lastVoucher: 101
        case .transaction: 99
        }
    }

    /// The last part of its path.
    var verb: String {
        switch self {
        case .details: "details"
        case .lastVoucher: "lastvoucher"
        case .transaction: "get_transaction"
        }
    }
}
