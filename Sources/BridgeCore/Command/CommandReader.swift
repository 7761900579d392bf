// SPDX-License-Identifier: Apache-2.0

/// Reads a message from the command queue into a checked command, or says everything that is wrong with it.
///
/// Source: docs/promises.md 2.1. Pure: the instant of acceptance is a parameter.
public struct CommandReader: Sendable {
    /// What a bridge lays down for all commands.
    public struct Rules: Sendable {
        /// The accounts that own the terminals.
        public let accounts: Accounts
        /// Bodies above this are not read, in bytes.
        public let maxBytes: Int
        /// How long a command without `expiresAt` lives.
        public let maxAge: Duration
        /// Whether a command that moves money must say when it was sent or when it ends.
        public let requireTimestamp: Bool
        /// Queues that no reply may go to: the bridge's own.
        public let ownQueues: Set<String>

        /// Rules from their parts.
        public init(
            accounts: Accounts,
            maxBytes: Int,
            maxAge: Duration,
            requireTimestamp: Bool = true,
            ownQueues: Set<String>
        ) {
            self.accounts = accounts
            self.maxBytes = maxBytes
            self.maxAge = maxAge
            self.requireTimestamp = requireTimestamp
            self.ownQueues = ownQueues
        }
    }

    /// An `expiresAt` further ahead is refused.
    public static let longestLife = Duration.seconds(3_600)
    /// A time that says when a command was sent may be this far ahead; clocks differ.
    public static let clockTolerance = Duration.seconds(300)
    /// The publisher's object may be this long, in bytes of compact JSON.
    public static let metadataLimit = 4_096

    private let rules: Rules

    /// A reader for accounts and their limits.
    public init(rules: Rules) {
        self.rules = rules
    }

    /// Checks a message.
    ///
    /// - Throws: `CommandRejection` with every fault at once.
    public func read(
        _ message: CommandMessage,
        acceptedAt now: Timestamp,
        terminals: TerminalRegistry = TerminalRegistry()
    ) throws(CommandRejection) -> Command {
        var copy = message
        return try read(&copy, acceptedAt: now, terminals: terminals)
    }

    /// Checks a message, whose address gets the trace context of its envelope.
    ///
    /// - Throws: `CommandRejection` with every fault at once.
    public func read(
        _ message: inout CommandMessage,
        acceptedAt now: Timestamp,
        terminals: TerminalRegistry = TerminalRegistry()
    ) throws(CommandRejection) -> Command {
        var faults: [CommandFault] = []
        let payload = try rules.open(&message, &faults)
        return try read(payload, faults: faults, message: message, acceptedAt: now, terminals: terminals)
    }

    private func read(
        _ payload: CommandPayload,
        faults earlier: [CommandFault],
        message: CommandMessage,
        acceptedAt now: Timestamp,
        terminals: TerminalRegistry
    ) throws(CommandRejection) -> Command {
        var members = MemberReader(payload.data)
        members.faults = earlier
        members.checkEverywhere()
        let commandID = members.word("commandId", upTo: 64, allowing: "._:-")
        let type = commandType(&members, routingKey: message.routingKey)
        let namesAccount = members.has("account")
        let named = members.account(among: rules.accounts)
        let terminal = self.terminal(&members, terminals, named)
        let account = self.account(named, of: terminal, &members, terminals)
        if let account { members.refuse(accountWord: message.accountWord, unlessOf: account, among: rules.accounts) }
        // A message of no known type is checked like a charge, the most common command, so that all faults are told at
        // once.
        let shape = type ?? .charge
        let country = account?.profile
        if let type, let country { refuse(type, whereLackingIn: country, &members) }
        let amount = self.amount(of: shape, &members, country)
        let reference = self.reference(of: shape, &members)
        let original = self.original(of: shape, &members, country)
        let sent = message.times(and: payload)
        let isDated = !sent.isEmpty || members.has("expiresAt")
        if rules.requireTimestamp, !isDated, shape.effect.movesMoney {
            members.fault(
                "expiresAt",
                .required,
                "this, the CloudEvent's time or the AMQP property timestamp tells how old the command is"
            )
        }
        let expiresAt = self.expiresAt(&members, sent: sent, acceptedAt: now).map { min($0, message.expiredAt ?? $0) }
        let options = country.map { self.options(of: shape, &members, $0) } ?? members.unread("options")
        let metadata = members.metadata()
        members.refuseTheRest()
        guard members.faults.isEmpty, let commandID, let type, let account, let terminal, let expiresAt, let options
        else {
            throw CommandRejection(
                faults: members.faults,
                commandID: commandID,
                type: payload.writtenType,
                account: account?.name,
                metadata: metadata
            )
        }
        return Command(
            commandID: commandID,
            content: Command.Content(
                type: type,
                account: account.name,
                terminal: terminal,
                amount: amount,
                reference: reference,
                original: original,
                options: options
            ),
            expiresAt: expiresAt,
            metadata: metadata,
            namesAccount: namesAccount,
            isDated: isDated || !type.effect.movesMoney
        )
    }

    private func commandType(_ members: inout MemberReader, routingKey: String) -> CommandType? {
        let keyed = String(routingKey.prefix { $0 != "." })
        guard let written = members.string("type", .optional) else {
            guard !members.has("type") else { return nil }
            return known(keyed, at: "type", &members)
        }
        guard let type = known(written, at: "type", &members) else { return nil }
        if written != keyed {
            members.fault("type", .typeMismatch, "the body's type is not the first word of the routing key")
        }
        return type
    }

    private func known(_ name: String, at path: String, _ members: inout MemberReader) -> CommandType? {
        if let type = CommandType(rawValue: name) { return type }
        if ControlVerb(rawValue: name) != nil {
            members.fault(path, .wrongExchange, "this is a control message; it goes to the control exchange")
        } else {
            members.fault(path, .unknownType, "there is no such command; the first word of the routing key names it")
        }
        return nil
    }

    private func refuse(_ type: CommandType, whereLackingIn country: CountryProfile, _ members: inout MemberReader) {
        guard country.commands[type] == nil else { return }
        members.fault("type", .notInCountry, "the terminals of \(country.code) do not know this command")
    }

    private func terminal(
        _ members: inout MemberReader,
        _ terminals: TerminalRegistry,
        _ named: Account?
    ) -> Terminal? {
        if case .string = members.peek("terminal") {
            let alias = members.string("terminal", .required)
            if let alias, let terminal = terminals.terminal(named: alias) {
                let owner = terminals.account(ofAlias: alias)
                if named == nil || owner == nil || owner == named?.name { return terminal }
            }
            members.fault("terminal", .unknownAlias, "the terminal registry knows no such alias of this account")
            return nil
        }
        guard var parts = members.object("terminal", .required) else { return nil }
        defer { members.absorb(parts) }
        let idTerminal = parts.word("idTerminal", upTo: Terminal.longestPart, allowing: "")
        let branch = parts.digits("idSucursal", upTo: Terminal.longestPart)
        let serialNumber = parts.word("serialNumber", upTo: Terminal.longestPart, allowing: "")
        parts.refuseTheRest()
        guard let idTerminal, let branch, let serialNumber else { return nil }
        guard let terminal = Terminal(idTerminal: idTerminal, idSucursal: branch, serialNumber: serialNumber) else {
            parts.fault(
                "idSucursal",
                .invalidFormat,
                "a branch has 1 to \(Terminal.longestBranch) digits and is not zero"
            )
            return nil
        }
        return terminal
    }

    /// The account that the command names, else the one that owns the terminal, else the only one.
    ///
    /// Source: docs/promises.md 2.6, decision 0010.
    private func account(
        _ named: Account?,
        of terminal: Terminal?,
        _ members: inout MemberReader,
        _ terminals: TerminalRegistry
    ) -> Account? {
        guard !members.has("account") else { return named }
        guard let terminal else { return rules.accounts.only }
        let owners = terminals.owners(of: terminal)
        switch owners.count {
        case 0:
            if let only = rules.accounts.only { return only }
            members.fault(
                "account",
                .accountAmbiguous,
                "there are several accounts, and none owns the terminal by name"
            )
        case 1:
            if let owner = owners.first.flatMap({ rules.accounts[$0] }) { return owner }
            members.fault("account", .unknownAccount, "the terminal is of an account that this bridge does not have")
        default:
            members.fault("account", .accountAmbiguous, "the terminal belongs to several accounts")
        }
        return nil
    }

    /// Always there where money moves and where the command says how much.
    private func amount(of type: CommandType, _ members: inout MemberReader, _ country: CountryProfile?) -> Money? {
        switch type.effect {
        // Without a country the currency is not known; the account has a fault already.
        case .sale, .refund:
            guard let country else { return members.unread("amount") }
            return members.money("amount", country.currency, in: country.amountUnit)
        case .void:
            members.refuse("amount", because: "a void takes back the whole sale")
        case .reading, .acting:
            members.refuse("amount", because: "this command takes no amount")
        }
        return nil
    }

    private func reference(of type: CommandType, _ members: inout MemberReader) -> String? {
        guard type.effect.movesMoney || members.has("reference") else { return nil }
        return members.word("reference", upTo: 24, allowing: "-")
    }

    private func original(
        of type: CommandType,
        _ members: inout MemberReader,
        _ country: CountryProfile?
    ) -> OriginalReference? {
        guard type.effect.hasOriginal else {
            members.refuse("original", because: "this command is about no earlier sale")
            return nil
        }
        guard let country else { return members.unread("original") }
        return members.original(receiptsIn: country.currency)
    }

    private func expiresAt(
        _ members: inout MemberReader,
        sent: [(path: String, time: Timestamp)],
        acceptedAt now: Timestamp
    ) -> Timestamp? {
        guard members.has("expiresAt") else {
            let ahead = sent.filter { $0.time > now + Self.clockTolerance }
            for (path, _) in ahead {
                members.fault(
                    path,
                    .outOfRange,
                    "more than five minutes ahead of the bridge's clock; AMQP counts in seconds"
                )
            }
            guard ahead.isEmpty else { return nil }
            // The earliest time counts: a command that is published again looks younger. A clock a little ahead must
            // not lengthen its life.
            return min(sent.map(\.time).min() ?? now, now) + rules.maxAge
        }
        guard let text = members.string("expiresAt", .required) else { return nil }
        guard let instant = Timestamp(text) else {
            members.fault("expiresAt", .invalidFormat, "not an RFC 3339 instant with an offset")
            return nil
        }
        guard instant <= now + Self.longestLife else {
            members.fault("expiresAt", .outOfRange, "more than one hour ahead")
            return nil
        }
        return instant
    }

    private func options(
        of type: CommandType,
        _ members: inout MemberReader,
        _ profile: CountryProfile
    ) -> [String: JSON.Scalar]? {
        // A command that the country lacks was refused already.
        let fields = profile.commands[type]?.fields ?? [:]
        let required = fields.filter(\.value.isRequired).keys
        guard members.has("options") else {
            for name in required.sorted() { members.fault("options.\(name)", .required, "is missing") }
            return [:]
        }
        guard var parts = members.object("options", .required) else { return nil }
        defer { members.absorb(parts) }
        var options: [String: JSON.Scalar] = [:]
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) where field.isRequired || parts.has(name) {
            options[name] = parts.option(name, field.rule)
        }
        parts.refuseTheRest(because: "an option that \(type.rawValue) does not have in \(profile.code)")
        return options
    }
}

extension CommandMessage {
    /// What says when the command was sent, each with its path in a fault.
    fileprivate func times(and payload: CommandPayload) -> [(path: String, time: Timestamp)] {
        let all: [(String, Timestamp?)] = [("timestamp", timestamp), ("time", payload.time), ("x-death", firstDeath)]
        return all.compactMap { path, time in time.map { (path, $0) } }
    }
}
