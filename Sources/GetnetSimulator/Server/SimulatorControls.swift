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
        cloud.settle()
        return cloud.withState { $0.ledger.entries(customID: customID) }
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
        cloud.settle()
        return cloud.withState { $0.ledger.entries(from: number, limit: limit) }
    }

    /// A page of all reads of journals, oldest first.
    ///
    /// - Parameters:
    ///   - number: the first number wanted; forgotten ones are skipped.
    ///   - limit: how many are wanted at most.
    /// - Returns: the reads.
    public func journalReads(from number: Int = 0, limit: Int = .max / 2) -> [JournalRead] {
        cloud.withState { $0.ledger.journal.page(from: number, limit: limit) }
    }

    /// A page of all commands that are neither sales nor reads of journals, oldest first.
    ///
    /// - Parameters:
    ///   - number: the first number wanted; forgotten ones are skipped.
    ///   - limit: how many are wanted at most.
    /// - Returns: the commands.
    public func commands(from number: Int = 0, limit: Int = .max / 2) -> [CommandEntry] {
        cloud.settle()
        return cloud.withState { $0.ledger.commands.page(from: number, limit: limit).map(\.entry) }
    }

    /// The remembered commands with a `customId` that are neither sales nor reads of journals, oldest first.
    ///
    /// - Parameter customID: the merchant's correlation id.
    /// - Returns: the commands.
    public func commands(customID: String) -> [CommandEntry] {
        commands().filter { $0.customID == customID }
    }

    /// A page of the sales that were made at terminals without the cloud, oldest first.
    ///
    /// - Parameters:
    ///   - number: the first number wanted; forgotten ones are skipped.
    ///   - limit: how many are wanted at most.
    /// - Returns: the sales.
    public func terminalSales(from number: Int = 0, limit: Int = .max / 2) -> [TerminalSale] {
        cloud.withState { $0.ledger.terminalSales.page(from: number, limit: limit) }
    }

    /// A page of the batches that were closed, oldest first.
    ///
    /// - Parameters:
    ///   - number: the first number wanted; forgotten ones are skipped.
    ///   - limit: how many are wanted at most.
    /// - Returns: the closes.
    public func batchCloses(from number: Int = 0, limit: Int = .max / 2) -> [BatchClose] {
        cloud.withState { $0.ledger.batchCloses.page(from: number, limit: limit) }
    }

    /// What clients did wrong, the latest 1,000 in order; empty if the client keeps to docs/getnet.md.
    public var faults: [RequestFault] {
        cloud.withState { $0.ledger.faults }
    }

    /// Counts over everything since the start.
    public var summary: LedgerSummary {
        cloud.settle()
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

    /// Lets the numbers of sales begin anew: a number means the latest sale that got it.
    public func beginNumbersAnew() {
        cloud.withState { $0.beginNumbersAnew() }
    }

    /// Lets every request of a kind be answered with an error from now on, and start nothing; or no longer.
    ///
    /// - Parameters:
    ///   - request: the kind.
    ///   - answer: the error; nothing ends the flood.
    public func flood(_ request: FloodedRequest, with answer: FloodAnswer?) {
        cloud.withState { $0.floods[request] = answer }
    }

    /// Lets the cloud lose, or find, the terminals with an id: sales get `C2C SERVICE NOT RESPONDING`.
    ///
    /// - Parameters:
    ///   - isOffline: whether it is lost.
    ///   - idTerminal: the id, as in the sale.
    public func setOffline(_ isOffline: Bool, idTerminal: String) {
        cloud.withState { $0.setOffline(isOffline, idTerminal: idTerminal) }
    }

    /// Lets a customer pay at a terminal itself, as soon as it is free; meanwhile it is busy.
    ///
    /// - Parameters:
    ///   - amount: what is paid, in minor units.
    ///   - idTerminal: where.
    /// - Returns: the sale; nothing if there are too many terminals.
    @discardableResult
    public func sellAtTerminal(_ amount: Int, idTerminal: String) -> TerminalSale? {
        cloud.withState { $0.sellAtTerminal(amount, idTerminal: idTerminal, at: cloud.now) }
    }

    /// Lets a cashier take a payment of the open batch back at the terminal itself, without the cloud.
    ///
    /// - Parameters:
    ///   - operationID: its receipt.
    ///   - idTerminal: where.
    /// - Returns: whether there was something to take back.
    @discardableResult
    public func voidAtTerminal(_ operationID: Int, idTerminal: String) -> Bool {
        cloud.withState { $0.voidAtTerminal(operationID, idTerminal: idTerminal, at: cloud.now) }
    }

    /// Closes the batch of a terminal as soon as it is free: its journal is empty then, receipts begin with 1.
    ///
    /// - Parameter idTerminal: which terminal.
    /// - Returns: the close; nothing if no command ever came to this terminal.
    @discardableResult
    public func closeBatch(idTerminal: String) -> BatchClose? {
        cloud.withState { $0.closeBatch(idTerminal: idTerminal, at: cloud.now) }
    }

    /// Lets the next reads of a terminal's journal end badly.
    ///
    /// - Parameters:
    ///   - fault: how; one whose name begins with `journal-`.
    ///   - times: how many reads, at least 1.
    ///   - idTerminal: which terminal.
    /// - Returns: whether it will be so.
    @discardableResult
    public func spoilJournal(with fault: Fault, times: Int = 1, idTerminal: String) -> Bool {
        cloud.withState { $0.script(fault, times: times, idTerminal: idTerminal) }
    }

    /// Lets the next command at a terminal, but for sales and reads of the journal, go as a scenario says.
    ///
    /// - Parameters:
    ///   - scenario: its number, see ``Scenario``; one that is not in the table means: as usual.
    ///   - idTerminal: which terminal.
    /// - Returns: whether it will be so.
    @discardableResult
    public func setNextCommand(_ scenario: Int, idTerminal: String) -> Bool {
        cloud.withState { $0.script(scenario, idTerminal: idTerminal) }
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
