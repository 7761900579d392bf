// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
public import BridgeSettings

/// The configuration in the words of the modules that it configures.
extension BridgeConfiguration {
    /// The machine's times.
    public var transactionRules: TransactionRules {
        TransactionRules(
            busyRetryAfter: submit.busyRetryAfter,
            firstQueryAfter: reconcile.firstQueryAfter,
            queryInterval: reconcile.interval,
            terminalLife: reconcile.terminalLife,
            giveUpAfter: reconcile.giveUpAfter,
            absenceIsFinal: journal.absenceIsFinal,
            callbackNeedsQuery: callbacks.trust == .tokenAndQuery,
            laneDepth: lanes.depth,
            clockTolerance: journal.clockTolerance,
            voidMaxAge: void.maxAge
        )
    }

    /// What the store needs to write rows.
    public var storeRules: StoreRules {
        StoreRules(
            accounts: accounts,
            transactionRules: transactionRules,
            events: EventWriter(accounts: accounts, terminalLife: reconcile.terminalLife),
            allowRepeatedReference: commands.allowRepeatedReference,
            random: RandomNames().next
        )
    }

    /// Which statuses are not published.
    var switchedOffStatuses: Set<TransactionStatus> {
        let on = Set(events.statuses.map(\.rawValue))
        return Set(TransactionStatus.allCases.filter { !$0.isFinal && $0 != .inDoubt && !on.contains($0.rawValue) })
    }
}
