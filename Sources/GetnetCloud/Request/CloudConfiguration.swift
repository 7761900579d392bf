// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What the client needs to know to speak for one account.
///
/// Source: docs/configuration.md, `cloud.*` and `submit.*`.
///
/// Secrets are held but never shown: not by `description`, not by `dump`.
public struct CloudConfiguration: Sendable {
    /// Where the API is, for example `https://host/api`; the paths of docs/getnet.md 1.1 are appended.
    public var baseURL: String
    /// The merchant's identity at Getnet.
    public var clientID: String
    /// Its secret.
    public var clientSecret: String
    /// The key of Getnet's firewall, sent as header `API-KEY`, where one was given out.
    public var apiKey: String?
    /// The account's name, country and environment.
    public var account: Account
    /// IANA name of the zone that the terminals' clocks show.
    public var timeZone: String
    /// How many sales may be on the wire at once; a caller that sends no more at once always finds a free connection.
    public var maxConnections: Int
    /// How many commands that wait for a terminal's answer may be on the wire at once, on connections of their own.
    ///
    /// As many looks before them may be on the wire, on others.
    public var synchronousConnections: Int
    /// How many status queries may be on the wire at once, on connections of their own.
    public var queryConnections: Int
    /// How many terminals may be asked for their journal at once, on connections of their own.
    public var journalConnections: Int
    /// How many terminals may be told to end their sale at once, on connections of their own.
    public var cancelConnections: Int
    /// Idle connections are closed after this long, before the cloud would close them under a POST.
    public var idleTimeout: Duration
    /// How long a connection may take, waiting for a free one included.
    public var connectTimeout: Duration
    /// How long a whole sale may take, from its first wait to the last byte of its answer.
    public var submitTimeout: Duration
    /// How long a whole status query may take.
    public var queryTimeout: Duration
    /// How long a terminal may take to answer on the connection that asked.
    ///
    /// Source: docs/getnet.md 13.1.
    public var terminalTimeout: Duration
    /// How long a whole login may take.
    public var loginTimeout: Duration
    /// Sent as header `User-Agent`.
    public var userAgent: String

    /// A configuration from its parts; where there is a key for one, its default is that of docs/configuration.md.
    public init(
        baseURL: String,
        clientID: String,
        clientSecret: String,
        apiKey: String? = nil,
        account: Account,
        timeZone: String? = nil,
        maxConnections: Int = 256,
        synchronousConnections: Int = 64,
        queryConnections: Int = 16,
        journalConnections: Int = 16,
        cancelConnections: Int = 16,
        idleTimeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10),
        submitTimeout: Duration = .seconds(30),
        queryTimeout: Duration = .seconds(15),
        terminalTimeout: Duration = .seconds(310),
        loginTimeout: Duration = .seconds(15),
        userAgent: String = "getnet-bridge"
    ) {
        self.baseURL = baseURL
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.apiKey = apiKey
        self.account = account
        self.timeZone = timeZone ?? account.profile.timeZone
        self.maxConnections = maxConnections
        self.synchronousConnections = synchronousConnections
        self.queryConnections = queryConnections
        self.journalConnections = journalConnections
        self.cancelConnections = cancelConnections
        self.idleTimeout = idleTimeout
        self.connectTimeout = connectTimeout
        self.submitTimeout = submitTimeout
        self.queryTimeout = queryTimeout
        self.terminalTimeout = terminalTimeout
        self.loginTimeout = loginTimeout
        self.userAgent = userAgent
    }
}

extension CloudConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The account and where it is served, without secrets.
    public var description: String {
        "CloudConfiguration(\(account.name), \(account.profile.code), \(account.environment), \(baseURL))"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Nothing but what `description` says.
    public var customMirror: Mirror {
        Mirror(self, children: ["account": account.name, "baseURL": baseURL])
    }
}
