// SPDX-License-Identifier: Apache-2.0

/// What really happened, as far as it is remembered.
///
/// Limits: `ledgerLimit` of the configuration; ``summary`` counts on for ever.
public struct SimulatorLedger: Sendable {
    let cloud: Cloud

    /// The POSTs of a sale with a `customId`, oldest first.
    ///
    /// - Parameter customID: the merchant's correlation id.
    /// - Returns: the POSTs.
    public func entries(customID: String) -> [LedgerEntry] {
        cloud.withState { $0.ledger.entries(customID: customID) }
    }

    /// The sales that were started at a terminal for a `customId`, oldest first.
    ///
    /// - Parameter customID: the merchant's correlation id.
    /// - Returns: the sales, as the terminals saw them.
    public func sales(customID: String) -> [LedgerEntry.Sale] {
        entries(customID: customID).compactMap(\.sale)
    }

    /// A page of all POSTs of a sale, oldest first.
    ///
    /// - Parameters:
    ///   - number: the first number wanted; forgotten ones are skipped.
    ///   - limit: how many numbers are looked at.
    /// - Returns: the POSTs.
    public func entries(from number: Int = 0, limit: Int = .max / 2) -> [LedgerEntry] {
        cloud.withState { $0.ledger.entries(from: number, limit: limit) }
    }

    /// What clients did wrong, the latest 1,000 in order; empty if the client is faithful to the reference.
    public var faults: [RequestFault] {
        cloud.withState { $0.ledger.faults }
    }

    /// Counts over everything since the start.
    public var summary: LedgerSummary {
        var summary = cloud.withState { $0.ledger.summary }
        summary.callbacksHeld = cloud.callbacks.heldCount
        return summary
    }
}

/// What a test can do to a running cloud.
public struct SimulatorControls: Sendable {
    let cloud: Cloud

    /// What really happened.
    public var ledger: SimulatorLedger { SimulatorLedger(cloud: cloud) }

    /// Makes every token no longer good.
    public func revokeTokens() {
        cloud.withState { $0.revokeTokens() }
    }

    /// Lets the cloud lose, or find, the terminals with an id: sales get `C2C SERVICE NOT RESPONDING`.
    ///
    /// - Parameters:
    ///   - isOffline: whether it is lost.
    ///   - idTerminal: the id, as in the sale.
    public func setOffline(_ isOffline: Bool, idTerminal: String) {
        cloud.withState { $0.setOffline(isOffline, idTerminal: idTerminal) }
    }

    /// Holds back every callback that becomes due from now on.
    public func holdCallbacks() {
        cloud.callbacks.startHolding()
    }

    /// Sends the callbacks that were held back and holds back no longer.
    public func releaseCallbacks() {
        let dropped = cloud.callbacks.release()
        if dropped > 0 { cloud.noteDropped(dropped) }
    }
}
