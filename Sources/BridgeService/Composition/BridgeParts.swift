// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import Logging

/// Every part of a bridge, made and joined once.
struct BridgeParts {
    let gate = CommandGate()
    let stop: StopDeadline
    let storeWatch: StoreWatch
    let dispatcher: Dispatcher
    let terminals: TerminalDirectory
    let broker: BrokerParts
    let pipes: PipeParts
    let ports: PortParts

    init(
        _ configuration: BridgeConfiguration,
        store: any TransactionStore,
        clock: @escaping @Sendable () -> Timestamp = WallClock.now,
        logger: Logger
    ) throws {
        let metrics = Metrics()
        let keys = try Self.keys(configuration)
        stop = StopDeadline(timeout: configuration.shutdown.timeout)
        storeWatch = StoreWatch(store: store, gate: gate, logger: logger)
        dispatcher = Dispatcher(
            store: store,
            accounts: configuration.accounts,
            backlog: configuration.lanes.backlog,
            terminalLife: configuration.reconcile.terminalLife,
            storeWatch: storeWatch,
            fieldWatch: FieldWatch(
                callbacks: CallbackWatch(
                    publicURL: configuration.http.publicURL,
                    callbacksDecide: configuration.callbacks.trust == .token,
                    logger: logger
                ),
                clocks: TerminalClockWatch(tolerance: configuration.journal.clockTolerance, logger: logger)
            ),
            metrics: metrics,
            clock: clock,
            logger: logger
        )
        terminals = try TerminalDirectory(path: configuration.terminals.file, logger: logger)
        broker = BrokerParts(
            configuration,
            dispatcher: dispatcher,
            terminals: terminals,
            gate: gate,
            metrics: metrics,
            logger: logger
        )
        pipes = try PipeParts(
            configuration,
            dispatcher: dispatcher,
            broker: broker,
            callbackURL: CallbackURL(publicURL: configuration.http.publicURL, keys: keys),
            gate: gate,
            stop: stop,
            metrics: metrics,
            logger: logger
        )
        ports = PortParts(
            configuration,
            dispatcher: dispatcher,
            broker: broker,
            held: pipes.held,
            heldDeadLetters: pipes.heldDeadLetters,
            keys: keys,
            clouds: pipes.cloudWatch.standing,
            gate: gate,
            metrics: metrics,
            logger: logger
        )
    }

    private static func keys(_ configuration: BridgeConfiguration) throws -> CallbackKeyRing {
        guard !configuration.callbacks.keys.isEmpty else {
            do {
                return try CallbackKeyFile.ring(at: configuration.callbacks.keyFile, random: systemRandom)
            } catch {
                throw BridgeFault(description: "callbacks.keyFile: \(error)")
            }
        }
        let keys = configuration.callbacks.keys.compactMap {
            CallbackKey(id: $0.keyID, secret: Array($0.secret.exposed.utf8))
        }
        guard keys.count == configuration.callbacks.keys.count, let ring = CallbackKeyRing(keys) else {
            throw BridgeFault(description: "callbacks.keys: two keys of one name, or a key without its shape")
        }
        return ring
    }
}
