// SPDX-License-Identifier: Apache-2.0

/// A command that reads the journal of a terminal; the raw value is its verb.
///
/// Source: docs/getnet.md 9.1 to 9.3, 10.1.
public enum JournalCommand: String, Sendable, CaseIterable, Codable {
    /// 105: the payments of the current batch.
    case details
    /// 101: the last payment of the current batch.
    case lastVoucher = "lastvoucher"
    /// 99: the result of one sale.
    case getTransaction = "get_transaction"

    /// The member `command` of its body.
    public var number: Int {
        switch self {
        case .details: 105
        case .lastVoucher: 101
        case .getTransaction: 99
        }
    }

    /// The commands that exist in a country; Uruguay is not documented and gets all.
    ///
    /// - Parameter country: lower-case ISO code.
    /// - Returns: the commands.
    public static func known(in country: String) -> Set<JournalCommand> {
        switch country {
        case "cl": [.details, .getTransaction]
        case "ar": [.details, .lastVoucher]
        default: Set(allCases)
        }
    }

    /// The members that its body may have.
    var names: Set<String> {
        let common: Set<String> = ["idTerminal", "idSucursal", "serialNumber", "command", "customId", "webhook"]
        return switch self {
        case .details: common.union(["printOnPos"])
        case .lastVoucher: common.union(["printOnPos", "skipReceipt"])
        case .getTransaction: common.union(["idPosTxs"])
        }
    }
}

/// What is asked of a terminal's journal.
struct JournalRequest: Equatable, Sendable {
    let command: JournalCommand
    let terminal: TerminalIdentity
    /// The sale that is asked for; only of ``JournalCommand/getTransaction``.
    let idPosTxs: Int?
    let customID: String?
    /// Where the callback goes; absent: the answer is held until the journal is read.
    var webhook: String?

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - command: what its path says.
    ///   - strict: whether everything that docs/getnet.md does not allow is a fault.
    /// - Returns: what is asked, or everything that is wrong with it.
    static func read(_ body: [UInt8], as command: JournalCommand, strict: Bool) -> Result<JournalRequest, Faults> {
        var members = CommandMembers(strict: strict)
        guard members.read(body, allowed: command.names, of: command.rawValue) else {
            return .failure(Faults(list: members.faults))
        }
        let request = JournalRequest(
            command: command,
            terminal: members.readTerminal(),
            idPosTxs: command == .getTransaction ? readID(&members) : nil,
            customID: members.readCustomID(),
            webhook: members.readWebhook()
        )
        members.checkCommand(command.number)
        if strict {
            members.checkBoolean("printOnPos")
            members.checkBoolean("skipReceipt")
        }
        return members.faults.isEmpty ? .success(request) : .failure(Faults(list: members.faults))
    }

    /// Everything that is wrong with a body.
    struct Faults: Error, Equatable {
        let list: [RequestFault]
    }

    private static func readID(_ members: inout CommandMembers) -> Int? {
        guard let value = members["idPosTxs"] else {
            members.fault("idPosTxs", "is missing")
            return nil
        }
        guard let id = members.integer(value), id > 0 else {
            members.fault("idPosTxs", "must be a number above 0")
            return nil
        }
        return id
    }
}
