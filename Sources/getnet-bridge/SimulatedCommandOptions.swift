// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import GetnetSimulator

/// What the simulated terminals do besides sales and reads of their journals.
struct SimulatedCommandOptions: ParsableArguments {
    @Flag(help: "Know every verb in every country.")
    var allCommands = false

    @Option(help: "What Argentina does with a webhook where only that of a sale is known.")
    var foreignWebhook = defaults.foreignWebhook

    @Option(help: "Whether details still shows a sale that was voided.")
    var voidedRows = defaults.voidedRows

    @Flag(help: "Name the amount in the result of a refund.")
    var refundAmount = false

    @Flag(help: "Approve refunds above what is left of their payment.")
    var uncappedRefunds = false

    @Option(help: "How long after its arrival a cancellation takes effect; not scaled.")
    var cancelDelay = DurationArgument(defaults.cancelDelay)

    @Option(help: "How long the issuer takes, before scaling: in that time a sale cannot be cancelled any more.")
    var authorizationTime = DurationArgument(defaults.authorizationTime)

    @Option(
        name: .customLong("terminal"),
        help: "A terminal that exists, IDTERMINAL/IDSUCURSAL/SERIAL; may be repeated (default: all but two)."
    )
    var terminals: [TerminalIdentity] = []

    @Option(help: "How the list of terminals is laid out.")
    var terminalList = defaults.terminalList

    static let defaults = SimulatorConfiguration()

    /// Checks what the simulator takes for granted.
    func check() throws {
        guard cancelDelay.duration >= .zero else { throw ValidationError("--cancel-delay: 0 or more") }
        guard authorizationTime.duration >= .zero else { throw ValidationError("--authorization-time: 0 or more") }
    }

    func apply(to configuration: inout SimulatorConfiguration) {
        configuration.allCommands = allCommands
        configuration.foreignWebhook = foreignWebhook
        configuration.voidedRows = voidedRows
        configuration.refundAmount = refundAmount
        configuration.capsRefunds = !uncappedRefunds
        configuration.cancelDelay = cancelDelay.duration
        configuration.authorizationTime = authorizationTime.duration
        if !terminals.isEmpty { configuration.knownTerminals = Set(terminals) }
        configuration.terminalList = terminalList
    }
}

extension TerminalIdentity: ExpressibleByArgument {
    /// Reads `IDTERMINAL/IDSUCURSAL/SERIAL`.
    ///
    /// - Parameter argument: what was written.
    public init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(idTerminal: parts[0], idSucursal: parts[1], serialNumber: parts[2])
    }
}

extension SimulatorConfiguration.ForeignWebhook: ExpressibleByArgument {}
extension SimulatorConfiguration.VoidedRows: ExpressibleByArgument {}
extension SimulatorConfiguration.TerminalList: ExpressibleByArgument {}
