// SPDX-License-Identifier: Apache-2.0

/// Reads a message from the control queue, or says everything that is wrong with it.
///
/// Strict like `CommandReader`, and pure.
public struct ControlReader: Sendable {
    private let rules: CommandReader.Rules

    /// A reader for an account and its limits.
    public init(rules: CommandReader.Rules) {
        self.rules = rules
    }

    /// Checks a message.
    ///
    /// - Throws: `CommandRejection` with every fault at once.
    public func read(_ message: CommandMessage) throws(CommandRejection) -> ControlRequest {
        var copy = message
        return try read(&copy)
    }

    /// Checks a message, whose address gets the trace context of its envelope.
    ///
    /// - Throws: `CommandRejection` with every fault at once.
    public func read(_ message: inout CommandMessage) throws(CommandRejection) -> ControlRequest {
        var faults: [CommandFault] = []
        let payload = try rules.open(&message, &faults)
        var members = MemberReader(payload.data)
        members.faults = faults
        members.checkEverywhere()
        let verb = verb(&members, routingKey: message.routingKey)
        let commandID = members.has("commandId") ? members.word("commandId", upTo: 64, allowing: "._:-") : nil
        let named = members.account(among: rules.accounts)
        let original = members.control()
        // Where no member names an account, a second word of the key that is one stands for it: a sender who may write
        // to one account's keys reaches no other account's transactions.
        let keyed = message.accountWord.flatMap { rules.accounts[$0] }
        let account = named ?? keyed ?? rules.accounts.only
        if let account {
            members.refuse(accountWord: message.accountWord, unlessOf: account, among: rules.accounts)
        }
        if case .command = original, account == nil, !members.has("account") {
            members.fault("account", .accountAmbiguous, "there are several accounts; a command's id is one account's")
        }
        let metadata = members.metadata()
        members.refuseTheRest()
        if verb == .status, message.address.replyTo == nil {
            members.fault("reply_to", .required, "is missing: there is nowhere to answer to")
        }
        guard members.faults.isEmpty, let verb, let original else {
            throw CommandRejection(
                faults: members.faults,
                commandID: commandID,
                type: payload.writtenType,
                account: account?.name,
                metadata: metadata,
                isControl: true
            )
        }
        return ControlRequest(
            verb: verb,
            commandID: commandID,
            account: account?.name,
            original: original,
            metadata: metadata
        )
    }

    private func verb(_ members: inout MemberReader, routingKey: String) -> ControlVerb? {
        let keyed = String(routingKey.prefix { $0 != "." })
        guard let written = members.string("type", .required) else { return nil }
        guard let verb = ControlVerb(rawValue: written) else {
            if CommandType(rawValue: written) != nil {
                members.fault("type", .wrongExchange, "this is a command; it goes to the command exchange")
            } else {
                members.fault("type", .unknownType, "there is no such control message")
            }
            return nil
        }
        if written != keyed {
            members.fault("type", .typeMismatch, "the body's type is not the first word of the routing key")
        }
        return verb
    }
}
