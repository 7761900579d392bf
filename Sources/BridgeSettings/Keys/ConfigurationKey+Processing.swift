// SPDX-License-Identifier: Apache-2.0

extension ConfigurationKey {
    static let lanes = ConfigurationSection(
        title: "Lanes",
        keys: [
            ConfigurationKey(
                "lanes.depth",
                \.lanes.depth,
                .integer(1...10_000),
                "Commands that may wait for one terminal."
            ),
            ConfigurationKey(
                "lanes.backlog",
                \.lanes.backlog,
                .integer(1...10_000_000),
                "Commands that may wait for all terminals together."
            ),
        ]
    )

    static let store = ConfigurationSection(
        title: "Store",
        keys: [
            ConfigurationKey(
                "store.url",
                \.store.url,
                .storeURL,
                isRequired: true,
                "Where the correlation table is. It must outlive the process: a lost store is a charge made twice."
            ),
            ConfigurationKey(
                "store.create",
                \.store.create,
                .toggle,
                "Whether `serve` makes a store that is missing. For quickstart and tests; else `store init` does."
            ),
        ]
    )

    static let submit = ConfigurationSection(
        title: "Handing commands to Getnet",
        keys: [
            ConfigurationKey(
                "submit.timeout",
                \.submit.timeout,
                .duration(.milliseconds(1) ... .seconds(300)),
                "How long Getnet's acknowledgement may take. Then the outcome is unknown, and nothing is sent again."
            ),
            ConfigurationKey(
                "submit.busyRetryAfter",
                \.submit.busyRetryAfter,
                .duration(.milliseconds(1) ... .seconds(300)),
                "When a busy terminal is tried again, until the command expires."
            ),
            ConfigurationKey(
                "void.maxAge",
                \.void.maxAge,
                .duration(.seconds(1) ... .seconds(7 * 86_400)),
                "An older sale is not voided, without asking its terminal: it is to be refunded."
            ),
        ]
    )

    static let reconcile = ConfigurationSection(
        title: "Asking for missing results",
        keys: [
            ConfigurationKey(
                "reconcile.firstQueryAfter",
                \.reconcile.firstQueryAfter,
                .duration(.milliseconds(1) ... .seconds(3600)),
                "How long a callback is waited for before the first status query."
            ),
            ConfigurationKey(
                "reconcile.interval",
                \.reconcile.interval,
                .duration(.milliseconds(1) ... .seconds(3600)),
                "Time between two status queries of one transaction."
            ),
            ConfigurationKey(
                "reconcile.terminalLife",
                \.reconcile.terminalLife,
                .duration(.milliseconds(1) ... .seconds(86_400)),
                "How long a POST may still have effects at the terminal. Never below Getnet's own time-outs."
            ),
            ConfigurationKey(
                "reconcile.giveUpAfter",
                \.reconcile.giveUpAfter,
                .duration(.milliseconds(1) ... .seconds(30 * 86_400)),
                "When the bridge stops asking and a person must decide."
            ),
        ]
    )

    static let journal = ConfigurationSection(
        title: "Terminal journal",
        keys: [
            ConfigurationKey(
                "journal.clockTolerance",
                \.journal.clockTolerance,
                .duration(.zero ... .seconds(3600)),
                "How far a terminal's clock may be off when a row of its journal is matched."
            ),
            ConfigurationKey(
                "journal.absenceIsFinal",
                \.journal.absenceIsFinal,
                .toggle,
                "Whether a payment that the journal does not list did not happen. "
                    + "Only where Getnet guarantees it."
            ),
        ]
    )

    static let log = ConfigurationSection(
        title: "Log",
        keys: [
            ConfigurationKey("log.level", \.log.level, .choice, "Least severe level that is written."),
            ConfigurationKey("log.format", \.log.format, .choice, "`auto` is `text` on a terminal, `json` otherwise."),
        ]
    )

    static let terminals = ConfigurationSection(
        title: "Names of terminals",
        keys: [
            ConfigurationKey(
                "terminals.file",
                \.terminals.file,
                .optional(.path),
                "File with a name for each terminal, `till-3: idTerminal/idSucursal/serialNumber`; read again when it changes."
            )
        ]
    )

    static let secrets = ConfigurationSection(
        title: "Secret files",
        keys: [
            ConfigurationKey(
                "secrets.directory",
                \.secrets.directory,
                .optional(.path),
                "Directory with one file per secret, each named like its key, for example `cloud.clientSecret`."
            )
        ]
    )
}
