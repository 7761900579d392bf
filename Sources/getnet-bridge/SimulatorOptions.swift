// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import GetnetSimulator

/// How the simulated cloud behaves towards its clients.
struct SimulatorOptions: ParsableArguments {
    @Option(help: "Address to listen on.")
    var host = defaults.host

    @Option(help: "Port to listen on; 0 takes any free one.")
    var port = defaults.port

    @Option(help: "Path before /postxs.")
    var basePath = defaults.basePath

    @Option(help: "The only client id that may log in.")
    var clientId = defaults.clientID

    @Option(help: "Its secret.")
    var clientSecret = defaults.clientSecret

    @Option(help: "API key that requests must carry.")
    var apiKey: String?

    @Option(help: "Environment that requests must name.")
    var environment = defaults.environment

    @Option(help: "Country that requests must name: cl, ar or uy.")
    var country = defaults.country

    @Option(help: "The terminals' time zone (default: the country's).")
    var timeZone: String?

    @Flag(help: "Let pass what the reference does not allow.")
    var lenient = false

    @Option(help: "Factor on all times: 0.01 makes 90 s into 900 ms.")
    var timeScale = defaults.timeScale

    @Option(help: "How long a customer takes to pay, before scaling.")
    var thinkTime = DurationArgument(defaults.thinkTime)

    @Option(help: "How a failed login is answered.")
    var authFailure = defaults.authFailure

    @Option(help: "How a bad token is answered.")
    var unauthorized = defaults.unauthorized

    @Option(help: "responseCode of a sale that was cancelled at the terminal.")
    var cancelCode = defaults.cancelCode

    @Option(help: "Life of a token; not scaled.")
    var tokenLifetime = DurationArgument(defaults.tokenLifetime)

    @Option(help: "How long after the POST a status query does not find the sale yet; not scaled.")
    var queryRace = DurationArgument(defaults.queryRace)

    @Option(help: "How many sales are remembered.")
    var ledgerLimit = defaults.ledgerLimit

    @Option(help: "Where every random choice comes from.")
    var seed = defaults.seed

    static let defaults = SimulatorConfiguration()

    /// Checks what the simulator takes for granted.
    func check() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: 0 to 65535") }
        guard ["cl", "ar", "uy"].contains(country) else { throw ValidationError("--country: cl, ar or uy") }
        guard timeScale > 0, timeScale <= 1_000 else { throw ValidationError("--time-scale: above 0, at most 1000") }
        guard thinkTime.duration < .seconds(90) else { throw ValidationError("--think-time: below 90s") }
        guard basePath.hasPrefix("/") else { throw ValidationError("--base-path: begins with /") }
        guard ledgerLimit > 0 else { throw ValidationError("--ledger-limit: above 0") }
        guard tokenLifetime.duration >= .seconds(1) else { throw ValidationError("--token-lifetime: 1s or more") }
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.host = host
        configuration.port = port
        configuration.basePath = basePath
        configuration.clientID = clientId
        configuration.clientSecret = clientSecret
        configuration.apiKey = apiKey
        configuration.environment = environment
        configuration.country = country
        configuration.timeZone = timeZone
        configuration.strict = !lenient
        configuration.timeScale = timeScale
        configuration.thinkTime = thinkTime.duration
        configuration.authFailure = authFailure
        configuration.unauthorized = unauthorized
        configuration.cancelCode = cancelCode
        configuration.tokenLifetime = tokenLifetime.duration
        configuration.queryRace = queryRace.duration
        configuration.ledgerLimit = ledgerLimit
        configuration.seed = seed
    }
}

/// How the simulated cloud calls back.
struct SimulatedCallbackOptions: ParsableArguments {
    @Option(help: "How often each callback is sent, at once.")
    var callbackCopies = defaults.callbackCopies

    @Option(help: "How much later than planned; not scaled.")
    var callbackDelay = DurationArgument(defaults.callbackDelay)

    @Option(help: "How often a callback without an answer 2xx is sent again.")
    var callbackRetries = defaults.callbackRetries

    @Option(help: "The wait before such a repetition; not scaled.")
    var callbackRetryDelay = DurationArgument(defaults.callbackRetryDelay)

    @Option(help: "How long a webhook may take to answer; not scaled.")
    var callbackTimeout = DurationArgument(defaults.callbackTimeout)

    @Option(help: "How many connections to one webhook host may be open.")
    var callbackConnections = defaults.callbackConnections

    static let defaults = SimulatorConfiguration()

    /// Checks what the simulator takes for granted.
    func check() throws {
        guard callbackCopies > 0 else { throw ValidationError("--callback-copies: 1 or more") }
        guard callbackRetries >= 0 else { throw ValidationError("--callback-retries: 0 or more") }
        guard callbackConnections > 0 else { throw ValidationError("--callback-connections: 1 or more") }
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.callbackCopies = callbackCopies
        configuration.callbackDelay = callbackDelay.duration
        configuration.callbackRetries = callbackRetries
        configuration.callbackRetryDelay = callbackRetryDelay.duration
        configuration.callbackTimeout = callbackTimeout.duration
        configuration.callbackConnections = callbackConnections
    }
}

/// What the simulated terminals remember, and when their clocks are wrong.
struct SimulatedJournalOptions: ParsableArguments {
    @Option(
        name: .customLong("journal"),
        help: "A command that reads the journal: details, lastvoucher or get_transaction; may be repeated."
    )
    var commands: [JournalCommand] = []

    @Option(help: "How the first reads of each terminal's journal end, a fault journal-*; may be repeated.")
    var journalScript: [Fault] = []

    @Option(help: "How many payments a terminal takes before it closes its batch by itself.")
    var batchLimit = defaults.batchLimit

    @Option(help: "How many seconds terminals' clocks are ahead, SECONDS or IDTERMINAL=SECONDS; may be repeated.")
    var clockSkew: [Share<Int>] = []

    static let defaults = SimulatorConfiguration()

    /// Checks what the simulator takes for granted.
    func check() throws {
        guard batchLimit > 0 else { throw ValidationError("--batch-limit: 1 or more") }
        guard journalScript.allSatisfy(\.strikesJournal) else {
            throw ValidationError("--journal-script: the name of a fault that begins with journal-")
        }
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        if !commands.isEmpty { configuration.journalCommands = Set(commands) }
        configuration.journalScript = journalScript
        configuration.batchLimit = batchLimit
        for skew in clockSkew {
            if let terminal = skew.name {
                configuration.clockSkews[terminal] = skew.value
            } else {
                configuration.clockSkew = skew.value
            }
        }
    }
}

/// What happens by chance.
struct SimulatedFaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How likely a fault is, NAME=PROBABILITY; may be repeated.",
            discussion: Fault.table,
            valueName: "name=probability"
        )
    )
    var fault: [Share<Double>] = []

    @Option(help: "Where every fault comes from: the same seed, tickets and attempts meet the same faults.")
    var faultSeed = FaultMix().seed

    /// Checks what the simulator takes for granted.
    func check() throws {
        for share in fault where share.name.flatMap(Fault.init(rawValue:)) == nil {
            throw ValidationError("--fault: \(share.name ?? "a probability without a name") is no fault")
        }
        if let problem = mix.problem { throw ValidationError("--fault: \(problem)") }
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.faults = mix
    }

    private var mix: FaultMix {
        var mix = FaultMix()
        mix.seed = faultSeed
        for share in fault {
            if let fault = share.name.flatMap(Fault.init(rawValue:)) { mix.probabilities[fault] = share.value }
        }
        return mix
    }
}

/// `NAME=NUMBER`, or a number for everything that has no name.
struct Share<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument {
    let name: String?
    let value: Number

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = parts.last, let value = Number(String(last)) else { return nil }
        self.value = value
        name = parts.count == 2 ? String(parts[0]) : nil
    }
}

extension JournalCommand: ExpressibleByArgument {}
extension Fault: ExpressibleByArgument {
    /// None: the table of `--fault` names them all.
    public static var allValueStrings: [String] { [] }
}
extension SimulatorConfiguration.AuthFailure: ExpressibleByArgument {}
extension SimulatorConfiguration.Unauthorized: ExpressibleByArgument {}
