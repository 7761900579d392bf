// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeService
internal import BridgeSettings

/// Which command a verb of `send` sends.
protocol SentType {
    static var type: CommandType { get }
    static var abstract: String { get }
}

/// Publishes one command that moves no money and follows its events.
struct SendPlain<Sent: SentType>: ConfiguredVerb {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: Sent.type.rawValue, abstract: Sent.abstract)
    }

    @OptionGroup(title: "Command") var command: CommandOptions
    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let cloud = try account.cloud(of: configuration)
        let message = try SentCommand(
            Sent.type,
            command,
            configuration.account(of: cloud),
            configuration,
            at: .current
        )
        return try await follow.run(message, asking: nil, configuration, invocation.console)
    }
}

/// Publishes a void or a refund and follows its events.
struct SendBack<Sent: SentType>: ConfiguredVerb {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Sent.type.rawValue,
            abstract: Sent.abstract,
            discussion:
                "Repeating the same line with its --command-id never gives back twice: it follows the same command."
        )
    }

    @OptionGroup(title: "Command") var command: CommandOptions

    @Option(help: ArgumentHelp("The sale: its transaction's id, or the id of its command.", valueName: "id"))
    var original: String

    @Option(help: "How much to give back, in minor units; only for a refund: a void takes back everything.")
    var amount: Int64?

    @OptionGroup var follow: FollowOptions
    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var account: AccountOption

    func validate() throws {
        guard (amount != nil) == (Sent.type == .refund) else {
            throw ValidationError(
                Sent.type == .refund ? "--amount is missing" : "--amount: a void takes back everything"
            )
        }
    }

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let configuration = try options.load(for: .sending, invocation)
        let cloud = try account.cloud(of: configuration)
        let account = configuration.account(of: cloud)
        let currency = account.profile.currency.rawValue
        let message = try SentCommand(
            Sent.type,
            command,
            original: .original(original),
            amount: amount.map { ($0, currency) },
            account,
            configuration,
            at: .current
        )
        let what = amount.map { AmountText.of($0, currency) } ?? "the whole sale"
        let question = cloud.movesRealMoney ? "This gives back \(what) in environment \(cloud.environment)" : nil
        return try await follow.run(message, asking: question, configuration, invocation.console)
    }
}

extension JSON {
    /// A sale by what a person has: a transaction's id, or the id of its command.
    static func original(_ text: String) -> JSON {
        .object([JSON.Member(TransactionID(text) == nil ? "commandId" : "transactionId", .string(text))])
    }
}

/// The commands that `send` knows beside the charge.
enum SentTypes {
    enum Void: SentType { static let (type, abstract) = (CommandType.void, "Take a whole sale back, at its terminal.") }
    enum Refund: SentType { static let (type, abstract) = (CommandType.refund, "Give money of a sale back.") }
    enum Poll: SentType { static let (type, abstract) = (CommandType.poll, "Ask whether a terminal is there.") }
    enum Details: SentType {
        static let (type, abstract) = (CommandType.details, "List the sales of a terminal's open batch.")
    }
    enum Totals: SentType {
        static let (type, abstract) = (CommandType.totals, "Add up a terminal's open batch.")
    }
    enum Parameters: SentType { static let (type, abstract) = (CommandType.params, "Read a terminal's parameters.") }
    enum LastVoucher: SentType {
        static let (type, abstract) = (CommandType.lastVoucher, "Read the last voucher of a terminal.")
    }
    enum Close: SentType { static let (type, abstract) = (CommandType.close, "Close a terminal's batch.") }
    enum Print: SentType { static let (type, abstract) = (CommandType.print, "Print lines at a terminal.") }
    enum Duplicate: SentType {
        static let (type, abstract) = (CommandType.duplicate, "Print a voucher of a terminal once more.")
    }
    enum IdentityCheck: SentType {
        static let (type, abstract) = (CommandType.bioauth, "Check a customer's identity at a terminal.")
    }
    enum Mode: SentType {
        static let (type, abstract) = (CommandType.c2cMode, "Switch a terminal's mode for the cloud.")
    }
    enum NormalMode: SentType {
        static let (type, abstract) = (CommandType.normalMode, "Let a terminal be used by hand.")
    }
    enum Shift: SentType { static let (type, abstract) = (CommandType.shift, "Begin or end a shift at a terminal.") }
    enum ShiftReport: SentType {
        static let (type, abstract) = (CommandType.shiftReport, "Print the report of a shift.")
    }
    enum Reconcile: SentType {
        static let (type, abstract) = (CommandType.reconcile, "Compare a terminal's open batch with the table.")
    }
}
