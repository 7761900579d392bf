// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore

extension Store {
    /// Lets the store hold another account's transactions.
    struct Admit: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Let the store hold another account's transactions; the bridge must not run.",
            discussion: """
                Only for an account that no other store knows, and never for a new name of one that this store knows: \
                commands that are known under another name would be sent twice from here.
                """
        )

        @Argument(help: "The account, as accounts names it.")
        var account: String

        @Flag(help: "It is none of the accounts that the store knows and the configuration does not have any more.")
        var another = false

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .newStore, invocation)
            guard let newcomer = configuration.accounts[account] else {
                throw Failure(.usage, "the configuration has no account \(account)")
            }
            let store = configuration.storeAdministration()
            let isNew = try store.admit(newcomer, beside: configuration.accounts, isAnother: another)
            try invocation.console.print(
                isNew
                    ? "\(store.place) holds \(StoreOwner(newcomer)) from now on"
                    : "\(store.place) knows \(StoreOwner(newcomer)) already"
            )
            return .done
        }
    }
}
