// SPDX-License-Identifier: Apache-2.0

public import AMQPClient

/// Everything the bridge lets an operator decide, read once at start and never changed afterwards.
///
/// The defaults stand here, beside what they are the default of; names, bounds and explanations of the keys stand in
/// `ConfigurationKey.sections`. A value that came out of `load(flags:environment:configFile:)` has passed every check;
/// one that was built by hand (tests) has passed none.
///
/// Source: docs/promises.md 9.1, docs/configuration.md.
public struct BridgeConfiguration: Sendable, Equatable {
    /// Getnet's cloud and the account that is used there; of several accounts what they have in common.
    public var cloud: Cloud
    /// The names of the accounts where there are several.
    public var accountNames: [String] = []
    /// The clouds of the accounts where there are several, by name.
    public var clouds: [String: Cloud] = [:]
    /// The listener for Getnet's callbacks.
    public var http: HTTP
    /// How a callback is believed.
    public var callbacks = Callbacks()
    /// The port of probes and metrics.
    public var health = Health()
    /// The port of single transactions.
    public var admin = Admin()
    /// How long a stop may take.
    public var shutdown = Shutdown()
    /// The broker, with what its URL and the single keys say already put together.
    public var amqp = AMQPEndpoint(hosts: [AMQPEndpoint.HostAndPort(host: "127.0.0.1")])
    /// What is done about missing exchanges and queues.
    public var topology = Topology()
    /// Where commands come from and which are taken.
    public var commands = Commands()
    /// Where events go and in which form.
    public var events = Events()
    /// Where refused messages go.
    public var deadLetters = DeadLetters()
    /// Where questions to the bridge itself come from.
    public var control = Control()
    /// When unsent events hold back new commands.
    public var outbox = Outbox()
    /// How much may wait in front of the terminals.
    public var lanes = Lanes()
    /// How terminals are called.
    public var terminals = Terminals()
    /// Where the correlation table is.
    public var store: Store
    /// How a command is handed to Getnet.
    public var submit = Submit()
    /// Until when a sale may be voided.
    public var void = Voids()
    /// When a missing result is asked for.
    public var reconcile = Reconcile()
    /// How far the terminals' journals are believed.
    public var journal = Journal()
    /// What is written to the log, and how.
    public var log = Log()
    /// Where secrets lie as files.
    public var secrets = Secrets()

    /// Makes a configuration of what has no default; everything else stands on its default.
    public init(cloud: Cloud, http: HTTP, store: Store) {
        self.cloud = cloud
        self.http = http
        self.store = store
    }
}
