// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore

/// The store, as a thing to look after.
struct Store: VerbGroup {
    static let configuration = CommandConfiguration(
        abstract: "Make, migrate, back up, release or look at the store; admit accounts.",
        subcommands: [Initialize.self, Migrate.self, Status.self, Backup.self, Release.self, Admit.self]
    )

    /// Makes a new, empty store.
    struct Initialize: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Make a new, empty store; never touches an existing one.",
            discussion: "Only for a bridge that never ran: a lost store must be restored, or charges are made twice."
        )

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .newStore, invocation)
            let store = configuration.storeAdministration()
            try store.create(for: configuration.accounts)
            try invocation.console.print(
                "made \(store.place) for \(configuration.accounts.all.map { "\(StoreOwner($0))" }.joined(separator: ", "))"
            )
            return .done
        }
    }

    /// Brings a store to this program's schema.
    struct Migrate: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Bring the store to this program's schema; the bridge must not run."
        )

        @OptionGroup var options: ConfigurationOptions

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let store = try options.load(for: .store, invocation).storeAdministration()
            let schema = try store.migrate()
            try invocation.console.print(
                schema.before == schema.after
                    ? "\(store.place) has schema \(schema.after) already"
                    : "\(store.place) migrated from schema \(schema.before) to \(schema.after)"
            )
            return .done
        }
    }

    /// Says how the store stands.
    struct Status: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "Say how the store stands, whether a bridge has it open or not."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let store = try options.load(for: .store, invocation).storeAdministration()
            let status = try store.status()
            if json {
                try invocation.console.print(status.json(store.place))
            } else {
                try invocation.console.print(status.text(store.place))
            }
            if !status.faults.isEmpty { return .inputOutput }
            return status.schema == status.newestSchema ? .done : .configuration
        }
    }
}

extension StoreStatus {
    fileprivate func text(_ path: String) -> String {
        var facts = Facts()
        facts.add("store", path)
        for owner in owners { facts.add("account", owner.description) }
        facts.add("schema", "\(schema), this program's is \(newestSchema)\(remedy)")
        facts.add("database", "\(databaseBytes) bytes, log \(logBytes) bytes")
        for status in TransactionStatus.allCases {
            facts.add(status.rawValue, transactions[status].map { "\($0) transactions" })
        }
        facts.add("contradictions", openContradictions == 0 ? nil : "\(openContradictions) open")
        facts.add(
            "held",
            heldSince.map {
                "since \($0): no command is taken; to end it: getnet-bridge store release --by NAME --reason TEXT"
            }
        )
        facts.add("outbox", "\(pendingEntries) entries wait to be published")
        facts.add("integrity", faults.isEmpty ? "sound" : faults.joined(separator: "; "))
        return facts.text
    }

    private var remedy: String {
        schema < newestSchema ? "; run: getnet-bridge store migrate" : ""
    }

    fileprivate func json(_ path: String) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { status in
            status.member("path", path)
            status.array("accounts") { list in
                for owner in owners {
                    list.object { account in
                        account.member("account", owner.account)
                        account.member("country", owner.country)
                        account.member("environment", owner.environment)
                    }
                }
            }
            status.member("schema", schema)
            status.member("newestSchema", newestSchema)
            status.object("transactions") { counts in
                for word in TransactionStatus.allCases { counts.member(word.rawValue, transactions[word] ?? 0) }
            }
            status.member("openContradictions", openContradictions)
            status.member("heldSince", heldSince?.description)
            status.member("pendingEntries", pendingEntries)
            status.member("databaseBytes", databaseBytes)
            status.member("logBytes", logBytes)
            status.array("faults") { list in
                for fault in faults { list.value(fault) }
            }
        }
        return writer.bytes
    }
}
