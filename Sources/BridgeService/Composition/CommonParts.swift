// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import Logging

/// What the parts of a bridge have in common, made once: each part gets those that it uses.
struct CommonParts: Sendable {
    let configuration: BridgeConfiguration
    let store: any TransactionStore
    /// The clock on the wall.
    let clock: @Sendable () -> Timestamp
    let gate = CommandGate()
    let stop: StopDeadline
    let metrics = Metrics()
    let storeWatch: StoreWatch
    let fieldWatch: FieldWatch
    let names = AscendingNames()
    let work: TerminalWork
    let transitions: Transitions
    let logger: Logger

    init(
        _ configuration: BridgeConfiguration,
        store: any TransactionStore,
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.clock = clock
        self.logger = logger
        stop = StopDeadline(timeout: configuration.shutdown.timeout)
        storeWatch = StoreWatch(store: store, gate: gate, logger: logger)
        fieldWatch = FieldWatch(
            callbacks: CallbackWatch(
                publicURL: configuration.http.publicURL,
                callbacksDecide: configuration.callbacks.trust == .token,
                logger: logger
            ),
            clocks: TerminalClockWatch(tolerance: configuration.journal.clockTolerance, logger: logger)
        )
        work = TerminalWork(
            accounts: configuration.accounts,
            backlog: configuration.lanes.backlog,
            terminalLife: configuration.reconcile.terminalLife,
            clock: clock,
            metrics: metrics,
            logger: logger
        )
        transitions = Transitions(
            store: store,
            work: work,
            storeWatch: storeWatch,
            fieldWatch: fieldWatch,
            metrics: metrics,
            clock: clock,
            logger: logger
        )
    }
}
