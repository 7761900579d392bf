// SPDX-License-Identifier: Apache-2.0

extension ConfigurationKey {
    /// The whole reference, as it stands in `docs/configuration.md`.
    static let sections: [ConfigurationSection] = [
        cloud, http, callbacks, health, admin, shutdown,
        amqp, topology, commands, events, deadLetters, outbox,
        lanes, terminals, store, submit, reconcile, journal, log, secrets,
    ]

    private static let port = ValueFormat<Int>.integer(0...65535)

    private static let cloud = ConfigurationSection(
        title: "Getnet's cloud",
        keys: [
            ConfigurationKey(
                accountsName,
                \.accountNames,
                .list(of: .accountName, empty: "none"),
                "The accounts, where there are several. Each has every key below but `cloud.account` as "
                    + "`account.<name>.…`, such as `account.cl-main.clientId`; what is not given there is the `cloud.…` "
                    + "of the same name. The store has to know each: `store admit`."
            ),
            ConfigurationKey(
                "cloud.baseURL",
                \.cloud.baseURL,
                .webAddress,
                isRequired: true,
                "Address of Getnet's API, `https://host/api`. `http` only to this machine, for the simulator."
            ),
            ConfigurationKey(
                "cloud.clientId",
                \.cloud.clientID,
                .text,
                isRequired: true,
                "Client id of the account."
            ),
            ConfigurationKey(
                "cloud.clientSecret",
                \.cloud.clientSecret,
                .secret,
                isRequired: true,
                "Client secret of the account."
            ),
            ConfigurationKey(
                "cloud.apiKey",
                \.cloud.apiKey,
                .optional(.secret),
                "API key of the account, where Getnet gave one."
            ),
            ConfigurationKey(
                "cloud.account",
                \.cloud.account,
                .accountName,
                "Your name for the account; a word of the events' routing keys. The store remembers it."
            ),
            ConfigurationKey(
                "cloud.country",
                \.cloud.country,
                .choice,
                isRequired: true,
                "Country of the account; decides currency and rules. The store remembers it."
            ),
            ConfigurationKey(
                "cloud.environment",
                \.cloud.environment,
                .word,
                isRequired: true,
                "Getnet's name of the environment, such as `uat`. The store remembers it."
            ),
            ConfigurationKey(
                "cloud.timeZone",
                \.cloud.timeZone,
                .optional(.timeZone),
                default: "the country's",
                "Time zone of the terminals' clocks."
            ),
            ConfigurationKey(
                "cloud.amountUnit",
                \.cloud.amountUnit,
                .optional(.choice),
                default: "the country's",
                "What the number of an amount stands for in Getnet's requests and answers. Only for Uruguay, which "
                    + "is not documented, and **required** there: a wrong one charges a hundredfold. Ask Getnet."
            ),
            ConfigurationKey(
                "cloud.branchForm",
                \.cloud.branchForm,
                .optional(.choice),
                default: "the country's",
                "How `idSucursal` is written in Getnet's requests: a number, or a string of ten digits. Only for Uruguay, "
                    + "and **required** there."
            ),
            ConfigurationKey(
                "cloud.maxConnections",
                \.cloud.maxConnections,
                .integer(1...4096),
                "Connections for sales, and so how many may be under way; queries, journals and logins have pools "
                    + "of their own."
            ),
            ConfigurationKey(
                "cloud.synchronousConnections",
                \.cloud.synchronousConnections,
                .integer(1...1024),
                "Connections for commands whose answer takes as long as the terminal does: all but sales, for most."
            ),
            ConfigurationKey(
                "cloud.idleTimeout",
                \.cloud.idleTimeout,
                .duration(.seconds(1) ... .seconds(600)),
                "How long an unused connection is kept."
            ),
            ConfigurationKey(
                "cloud.queriesPerSecond",
                \.cloud.queriesPerSecond,
                .integer(1...1000),
                "Status queries that may leave in a second."
            ),
            ConfigurationKey(
                "cloud.messages",
                \.cloud.messages,
                .cloudMessages,
                "Texts beside code 0 that you have seen and know the meaning of, whole. `busy`, `unknown_terminal`, "
                    + "`wrong_merchant` and `unauthorized` permit another POST or `failed`: name only what certainly "
                    + "started nothing. Outside YAML the elements are parted by `;;`."
            ),
        ]
    )

    private static let http = ConfigurationSection(
        title: "Callback listener",
        keys: [
            ConfigurationKey("http.host", \.http.host, .host, "Address to listen on."),
            ConfigurationKey("http.port", \.http.port, port, "Port to listen on; 0 takes any free one."),
            ConfigurationKey(
                "http.publicURL",
                \.http.publicURL,
                .webAddress,
                isRequired: true,
                "How Getnet reaches the listener; may have a path. Short enough for a callback URL of 199 characters."
            ),
        ]
    )

    private static let callbacks = ConfigurationSection(
        title: "Callbacks",
        keys: [
            ConfigurationKey(
                "callbacks.keys",
                \.callbacks.keys,
                .callbackKeys,
                "Keys of the callback tokens, each with a secret of 16 bytes or more, taken as the text it is. "
                    + "The first one signs, all are accepted."
            ),
            ConfigurationKey(
                "callbacks.keyFile",
                \.callbacks.keyFile,
                .path,
                default: "`callback-keys` beside the store",
                "Where the keys are kept that the bridge makes for itself when `callbacks.keys` is absent (mode 600)."
            ),
            ConfigurationKey(
                "callbacks.maxBytes",
                \.callbacks.maxBytes,
                .size(1024...16 << 20),
                "Longest body that is read; a longer one is answered 413."
            ),
            ConfigurationKey(
                "callbacks.allowedSources",
                \.callbacks.allowedSources,
                .list(of: .cidr, empty: "all"),
                "Networks that callbacks may come from; others are answered 403. The peer of the connection counts, "
                    + "which behind a proxy is the proxy."
            ),
            ConfigurationKey(
                "callbacks.trust",
                \.callbacks.trust,
                .choice,
                "`token+query`: a callback's verdict waits for a status query that agrees."
            ),
        ]
    )

    private static let health = ConfigurationSection(
        title: "Health port",
        keys: [
            ConfigurationKey("health.host", \.health.host, .host, "Address of probes and metrics."),
            ConfigurationKey("health.port", \.health.port, port, "Port of probes and metrics; 0 takes any free one."),
        ]
    )

    private static let admin = ConfigurationSection(
        title: "Admin port",
        keys: [
            ConfigurationKey("admin.host", \.admin.host, .host, "Address of the transactions' API."),
            ConfigurationKey("admin.port", \.admin.port, port, "Port of the transactions' API; 0 takes any free one."),
            ConfigurationKey(
                "admin.token",
                \.admin.token,
                .optional(.secret),
                "Bearer token of the transactions' API; without one it answers 403."
            ),
        ]
    )

    private static let shutdown = ConfigurationSection(
        title: "Stopping",
        keys: [
            ConfigurationKey(
                "shutdown.delay",
                \.shutdown.delay,
                .duration(.zero ... .seconds(300)),
                "How long callbacks are still taken in after `/readyz` turned 503, so that proxies can notice."
            ),
            ConfigurationKey(
                "shutdown.timeout",
                \.shutdown.timeout,
                .duration(.milliseconds(100) ... .seconds(600)),
                "How long a stop may take after `shutdown.delay`: POSTs under way, unsent events, connections."
            ),
        ]
    )
}
