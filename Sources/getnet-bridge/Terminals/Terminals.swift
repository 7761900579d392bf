// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeSettings

/// Terminals, asked through the bridge that runs, and listed by Getnet.
struct Terminals: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Find terminals, and ask them through the bridge.",
        subcommands: [Discover.self, Check.self, Reconcile.self]
    )
}

/// Which terminals are meant.
struct TerminalArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Which one: idTerminal/idSucursal/serialNumber, or an alias (default: each of terminals.file).",
            valueName: "terminal"
        )
    )
    var terminal: String?

    @OptionGroup var account: AccountOption

    /// The terminals, as a command names them; of one account those that the file does not give to another.
    ///
    /// - Throws: `Failure` where none is named and no file names any.
    func names(_ configuration: BridgeConfiguration) throws(Failure) -> [String] {
        if let terminal { return [terminal] }
        guard let path = configuration.terminals.file else {
            throw Failure(.usage, "name a terminal, or set terminals.file to mean each of it")
        }
        do throws(TerminalFile.Fault) {
            let registry = try TerminalFile.read(path)
            return registry.aliases.filter { name in
                account.account == nil || (registry.account(ofAlias: name) ?? account.account) == account.account
            }
        } catch {
            throw Failure(.configuration, "terminals.file: \(error)")
        }
    }
}
