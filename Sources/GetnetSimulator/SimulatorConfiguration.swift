// SPDX-License-Identifier: Apache-2.0

/// How one simulated cloud behaves; the defaults are the strict, undisturbed cloud of docs/getnet.md.
public struct SimulatorConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose, see ``Simulator/port()``.
    public var port = 0
    /// The path before `/postxs`.
    public var basePath = "/api"
    /// The only client id that may log in.
    public var clientID = Self.demoClientID
    /// Its secret; the default needs percent-encoding, as real ones do.
    public var clientSecret = Self.demoClientSecret
    /// The key that the firewall wants in the header `API-KEY`; absent: it wants none.
    public var apiKey: String?
    /// The value that the header `env` must have.
    public var environment = "uat"
    /// The value that the header `country` must have; also decides the members of a sale and the time zone.
    public var country = "cl"
    /// The terminals' time zone, an IANA name; absent: the country's.
    public var timeZone: String?
    /// Whether everything that docs/getnet.md does not allow is answered 400 and noted as a fault.
    public var strict = true
    /// The terminals that exist; absent: every well-formed triplet but the two documented special ones.
    public var knownTerminals: Set<TerminalIdentity>?
    /// The factor between the real world and this simulator: 1 is real, 0.001 makes 90 s into 90 ms.
    public var timeScale: Double = 1
    /// How long a customer takes to pay, before scaling; below 90 s.
    public var thinkTime: Duration = .seconds(3)
    /// How answers are spelled where a scenario leaves it open.
    public var dialect = Dialect()
    /// How a failed login is answered.
    public var authFailure = AuthFailure.http200
    /// How a bad token is answered.
    public var unauthorized = Unauthorized.http401
    /// The `responseCode` of a sale that was cancelled at the terminal.
    public var cancelCode = 1006
    /// The life of a token; not scaled, whole seconds.
    public var tokenLifetime: Duration = .seconds(86_400)
    /// For how long after the POST a status query does not find the sale yet; not scaled.
    public var queryRace: Duration = .zero
    /// How often each callback is sent, at once.
    public var callbackCopies = 1
    /// How much later than planned each callback is sent; not scaled.
    public var callbackDelay: Duration = .zero
    /// How often a callback is sent again that was not answered 2xx.
    public var callbackRetries = 0
    /// The wait before such a repetition; not scaled.
    public var callbackRetryDelay: Duration = .seconds(1)
    /// How long a webhook may take to answer; not scaled.
    public var callbackTimeout: Duration = .seconds(5)
    /// How many connections to one webhook host may be open.
    public var callbackConnections = 64
    /// The commands that read the journal, any other verb is answered 404; absent: those of the country.
    public var journalCommands: Set<JournalCommand>?
    /// Whether every verb exists in every country; otherwise a verb that the country lacks is answered 404.
    public var allCommands = false
    /// What Argentina does with a webhook where only that of a sale is known.
    public var foreignWebhook = ForeignWebhook.ignore
    /// Whether `details` still shows a sale that was voided.
    public var voidedRows = VoidedRows.absent
    /// Whether the result of a refund names the amount.
    public var refundAmount = false
    /// Whether a refund above what is left of its payment is declined.
    public var capsRefunds = true
    /// How much later than it arrives a cancellation takes effect, and is answered; not scaled.
    public var cancelDelay: Duration = .zero
    /// How long the issuer takes, before scaling: once the card was presented a sale is not cancelled any more.
    ///
    /// At most half of what the sale takes counts.
    public var authorizationTime: Duration = .seconds(1)
    /// How the list of terminals is laid out.
    public var terminalList = TerminalList.wrapped
    /// How the first reads of each terminal's journal end, one after the other; then probabilities are asked.
    public var journalScript: [Fault] = []
    /// How many payments a terminal takes before it closes its batch by itself, at least 1.
    public var batchLimit = 1_000
    /// How far the terminals' clocks are ahead, in seconds.
    public var clockSkew = 0
    /// The same for single terminals, by `idTerminal`.
    public var clockSkews: [String: Int] = [:]
    /// What happens by chance to sales that the amount table leaves alone, and to reads of the journal.
    public var faults = FaultMix()
    /// How many POSTs the ledger remembers; older ones are forgotten, by the status query too.
    public var ledgerLimit = 50_000
    /// Where every random choice comes from: authorization codes, cards, tokens.
    public var seed: UInt64 = 1
    /// The first `idPosTxs`; absent: made from the clock, so that a restarted simulator repeats none.
    public var firstID: Int?

    /// The default of ``clientID``.
    public static let demoClientID = "demo-client"
    /// The default of ``clientSecret``.
    public static let demoClientSecret = "demo+secret/2026=="

    /// How a failed login is answered.
    public enum AuthFailure: String, Sendable, CaseIterable {
        /// HTTP 200 with wrapper code 0.
        case http200
        /// HTTP 401.
        case http401
    }

    /// How a bad token is answered.
    public enum Unauthorized: String, Sendable, CaseIterable {
        /// HTTP 401.
        case http401
        /// HTTP 200, code 0 with the literal `UNAUTHORIZED`.
        case wrapper
    }

    /// What the cloud does with a webhook that may not work.
    public enum ForeignWebhook: String, Sendable, CaseIterable {
        /// The answer is held until the terminal is done, as without it.
        case ignore
        /// The command is acknowledged and told by a callback.
        case accept
        /// HTTP 400.
        case refuse
    }

    /// Whether `details` still shows a sale that was voided.
    public enum VoidedRows: String, Sendable, CaseIterable {
        /// It does not.
        case absent
        /// It does, as if nothing had happened.
        case present
    }

    /// How the list of terminals is laid out.
    public enum TerminalList: String, Sendable, CaseIterable {
        /// In `data` of a wrapper.
        case wrapped
        /// An array and nothing around it.
        case bare
    }

    /// Creates the configuration of the strict, undisturbed cloud.
    public init() {}

    /// The commands that read the journal.
    var knownJournalCommands: Set<JournalCommand> {
        journalCommands ?? (allCommands ? Set(JournalCommand.allCases) : JournalCommand.known(in: country))
    }

    /// The pace that `timeScale` and `thinkTime` make.
    var pace: Pace { Pace(scale: timeScale, thinkTime: thinkTime) }

    /// The IANA name of the terminals' time zone.
    var zoneName: String {
        if let timeZone { return timeZone }
        return switch country {
        case "ar": "America/Argentina/Buenos_Aires"
        case "uy": "America/Montevideo"
        default: "America/Santiago"
        }
    }
}
