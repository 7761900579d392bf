// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import GetnetCloud

/// One thing that must hold between values, each of which is right by itself.
struct ConfigurationRule: Sendable {
    struct Finding {
        let message: String
        let hint: String?
    }

    /// The keys it looks at; it is not asked while one of them has no known value.
    let keys: [String]
    let isWarning: Bool
    let look: @Sendable (BridgeConfiguration) -> Finding?

    /// Whether it must hold for each account.
    var isOfAccount: Bool { keys.contains { $0.hasPrefix("cloud.") } }

    /// A callback URL must be shorter than this many characters.
    ///
    /// Source: docs/promises.md 5.1.
    static let callbackURLLimit = 200

    /// A bearer token with fewer characters can be guessed.
    static let shortestToken = 16

    /// How long a POST may have effects by Getnet's own time-outs.
    ///
    /// Source: docs/getnet.md 13.1; the default of `reconcile.terminalLife` is a little more.
    static let shortestTerminalLife = Duration.seconds(310)

    static let all: [ConfigurationRule] = [
        cloudIsEncrypted, wireIsKnown, messagesAreNew, callbackURLIsShort, callbacksAreEncrypted, portsDiffer,
        adminTokenIsLong,
        terminalLifeIsLong,
        giveUpComesLast, exchangesDiffer, queuesDiffer, keysAreGiven, storeHasNoPassword, keyFileIsNotTheStore,
    ]

    private init(
        _ keys: [String],
        isWarning: Bool = false,
        _ look: @escaping @Sendable (BridgeConfiguration) -> Finding?
    ) {
        self.keys = keys
        self.isWarning = isWarning
        self.look = look
    }

    private static let cloudIsEncrypted = ConfigurationRule(["cloud.baseURL"]) { configuration in
        guard crossesWireInClear(configuration.cloud.baseURL) else { return nil }
        return Finding(message: "would send the client secret in clear", hint: "https; http only to this machine")
    }

    private static let wireIsKnown = ConfigurationRule(["cloud.country", "cloud.amountUnit", "cloud.branchForm"]) {
        let country = $0.cloud.country.rawValue
        let isOpen = CountryProfile.named(country)?.isUndocumented ?? false
        let given = [$0.cloud.amountUnit != nil, $0.cloud.branchForm != nil]
        guard given != [isOpen, isOpen] else { return nil }
        guard isOpen else {
            let message = "the country \(country) is documented: amountUnit and branchForm are not to be set"
            return Finding(message: message, hint: "leave them out")
        }
        return Finding(
            message:
                "requests are not documented for \(country): amountUnit and branchForm have to be set",
            hint: "ask Getnet: a wrong unit charges a hundredfold"
        )
    }

    private static let messagesAreNew = ConfigurationRule(["cloud.messages", "cloud.country"]) { configuration in
        let known = CountryProfile.named(configuration.cloud.country.rawValue)?.messages ?? []
        for message in configuration.cloud.messages {
            guard let fault = message.contradiction(among: known) else { continue }
            return Finding(message: "\"\(message.text)\" is known as \(fault.rawValue) already", hint: "leave it out")
        }
        return nil
    }

    private static let callbackURLIsShort = ConfigurationRule(["http.publicURL", "callbacks.keys"]) { configuration in
        let keyIDs = configuration.callbacks.keys.map(\.keyID.count)
        let keyID = keyIDs.max() ?? CallbackKeySetting.longestKeyID
        let rest = "/callbacks/".count + 24 + "?token=".count + keyID + ".".count + 22
        let room = callbackURLLimit - 1 - rest
        guard configuration.http.publicURL.count > room else { return nil }
        return Finding(
            message: "leaves no room for a callback URL of less than \(callbackURLLimit) characters",
            hint: "at most \(room) characters"
        )
    }

    private static let callbacksAreEncrypted = ConfigurationRule(["http.publicURL"], isWarning: true) {
        guard crossesWireInClear($0.http.publicURL) else { return nil }
        return Finding(message: "callbacks and their tokens come in clear", hint: "https in front of the listener")
    }

    private static let portsDiffer = ConfigurationRule(["http.port", "health.port", "admin.port"]) { configuration in
        let ports = [configuration.http.port, configuration.health.port, configuration.admin.port].filter { $0 != 0 }
        guard Set(ports).count < ports.count else { return nil }
        return Finding(message: "http.port, health.port and admin.port must differ", hint: nil)
    }

    private static let adminTokenIsLong = ConfigurationRule(["admin.token"], isWarning: true) { configuration in
        guard let token = configuration.admin.token, token.exposed.count < shortestToken else { return nil }
        return Finding(
            message: "is shorter than \(shortestToken) characters and can be guessed",
            hint: "openssl rand -hex 32 makes one"
        )
    }

    private static let terminalLifeIsLong = ConfigurationRule(
        ["reconcile.terminalLife", "cloud.environment", "cloud.baseURL"],
        isWarning: true
    ) { configuration in
        guard configuration.reconcile.terminalLife < shortestTerminalLife, configuration.cloud.movesRealMoney else {
            return nil
        }
        return Finding(
            message: "ends while a terminal may still take the money",
            hint: "Getnet's own time-outs add up to \(shortestTerminalLife.unitText); less is for tests"
        )
    }

    private static let giveUpComesLast = ConfigurationRule(["reconcile.giveUpAfter", "reconcile.terminalLife"]) {
        guard $0.reconcile.giveUpAfter < $0.reconcile.terminalLife else { return nil }
        return Finding(
            message: "would give up while the terminal may still take the money",
            hint: "reconcile.giveUpAfter must not be below reconcile.terminalLife"
        )
    }

    private static let exchangesDiffer = ConfigurationRule(
        ["commands.exchange", "events.exchange", "deadLetters.exchange"]
    ) { configuration in
        let names = [
            configuration.commands.exchange, configuration.events.exchange, configuration.deadLetters.exchange,
            configuration.control.exchange,
        ]
        guard Set(names).count < names.count else { return nil }
        let hint = "and none of them \(configuration.control.exchange)"
        return Finding(message: "exchanges of commands, events and dead letters must differ", hint: hint)
    }

    private static let queuesDiffer = ConfigurationRule(["commands.queue", "deadLetters.queue"]) { configuration in
        let names = configuration.ownQueues
        guard Set(names).count < names.count else { return nil }
        let fixed = [configuration.control.queue, configuration.expiredQueue, BridgeConfiguration.ownerQueue]
        return Finding(
            message: "each queue of the bridge needs a name of its own",
            hint: "commands.queue and deadLetters.queue differ, and none of them is \(fixed.joined(separator: ", "))"
        )
    }

    /// A file that a bridge makes for itself stays with its machine; the store does not.
    private static let keysAreGiven = ConfigurationRule(["store.url", "callbacks.keys"]) { configuration in
        guard case .postgres = configuration.store.url, configuration.callbacks.keys.isEmpty else { return nil }
        return Finding(
            message: "a store in PostgreSQL needs callbacks.keys: with other keys than before, callbacks are refused",
            hint: "callbacks.keysFile names a file with lines keyId:secret"
        )
    }

    /// An address is shown in log lines and errors.
    private static let storeHasNoPassword = ConfigurationRule(["store.url"]) { configuration in
        guard case .postgres(let url) = configuration.store.url else { return nil }
        let words = url.drop { $0 != "/" }
        let isBeforeHost = words.lastIndex(of: "@").map { words[..<$0].contains(":") } ?? false
        guard isBeforeHost || words.lowercased().contains("password=") else { return nil }
        return Finding(message: "holds a password", hint: "postgres://user@host/name?passfile=/path, mode 600")
    }

    private static let keyFileIsNotTheStore = ConfigurationRule(["callbacks.keyFile", "store.url"]) { configuration in
        guard configuration.store.url == .sqlite(path: configuration.callbacks.keyFile) else { return nil }
        return Finding(message: "callback keys and store cannot be one file", hint: nil)
    }

    private static func crossesWireInClear(_ address: String) -> Bool {
        guard let url = try? URLText(address) else { return false }
        return url.scheme == "http" && !URLText.isLoopback(url.host)
    }
}
