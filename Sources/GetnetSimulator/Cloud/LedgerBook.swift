// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The memory behind the ledger: a ring of the latest POSTs, found by number and by `customId`.
///
/// Limits: `limit` entries, ``maximumFaults`` faults; counters go on for ever.
struct LedgerBook {
    /// How many faults are remembered.
    static let maximumFaults = 1_000

    /// A POST with what the cloud needs to answer queries about it.
    struct Record: Sendable {
        var entry: LedgerEntry
        var started: StartedSale?
    }

    private(set) var summary = LedgerSummary()
    /// The latest faults, in order.
    private(set) var faults: [RequestFault] = []
    /// The latest reads of journals.
    private(set) var journal = Chronicle<JournalRead>()
    /// The latest commands that are neither sales nor reads of journals.
    private(set) var commands = Chronicle<CommandRecord>()
    /// The latest sales that were made at terminals without the cloud.
    private(set) var terminalSales = Chronicle<TerminalSale>()
    /// The latest batches that were closed.
    private(set) var batchCloses = Chronicle<BatchClose>()
    private var ring: [Record?]
    private var numbersByCustomID: [String: [Int]] = [:]
    private(set) var nextNumber = 0

    /// Creates an empty book.
    ///
    /// - Parameter limit: how many POSTs are remembered, at least 1.
    init(limit: Int) {
        precondition(limit > 0, "a ledger remembers at least one POST")
        ring = Array(repeating: nil, count: limit)
    }

    /// Remembers a POST and forgets the oldest if the ring is full.
    ///
    /// - Parameter record: its entry has the number ``nextNumber``.
    mutating func append(_ record: Record) {
        precondition(record.entry.number == nextNumber, "entries are numbered in order")
        count(record.entry)
        let slot = nextNumber % ring.count
        if let oldest = ring[slot]?.entry, let customID = oldest.customID {
            numbersByCustomID[customID]?.removeAll { $0 == oldest.number }
            if numbersByCustomID[customID]?.isEmpty == true { numbersByCustomID[customID] = nil }
        }
        ring[slot] = record
        if let customID = record.entry.customID { numbersByCustomID[customID, default: []].append(nextNumber) }
        nextNumber += 1
    }

    /// The POST with a number, unless it is forgotten.
    subscript(number: Int) -> Record? {
        guard number >= 0, number < nextNumber, let record = ring[number % ring.count] else { return nil }
        return record.entry.number == number ? record : nil
    }

    /// The remembered POSTs with a `customId`, oldest first.
    func entries(customID: String) -> [LedgerEntry] {
        (numbersByCustomID[customID] ?? []).compactMap { self[$0]?.entry }
    }

    /// A page of the remembered POSTs, oldest first.
    func entries(from number: Int, limit: Int) -> [LedgerEntry] {
        let first = max(number, nextNumber - ring.count, 0)
        return (first..<max(first, min(nextNumber, first + limit))).compactMap { self[$0]?.entry }
    }

    /// Changes a POST, unless it is forgotten.
    mutating func update(_ number: Int, _ change: (inout Record) -> Void) {
        guard var record = self[number] else { return }
        change(&record)
        ring[number % ring.count] = record
    }

    /// Remembers a command.
    mutating func append(_ record: CommandRecord) {
        precondition(record.entry.number == commands.nextNumber, "commands are numbered in order")
        commands.append(record)
    }

    /// Changes a command, unless it is forgotten.
    mutating func updateCommand(_ number: Int, _ change: (inout CommandRecord) -> Void) {
        commands.update(number, change)
    }

    /// Changes a sale that was made at a terminal, unless it is forgotten.
    mutating func updateTerminalSale(_ number: Int, _ change: (inout TerminalSale) -> Void) {
        terminalSales.update(number, change)
    }

    /// Notes a read of a journal.
    mutating func note(_ read: JournalRead) {
        summary.journalReads += 1
        countOverlap(read.foundBusyWith)
        journal.append(read)
    }

    /// Notes a sale that was made at a terminal without the cloud.
    mutating func note(_ sale: TerminalSale) {
        summary.terminalSales += 1
        terminalSales.append(sale)
    }

    /// Notes that a batch was closed.
    mutating func note(_ close: BatchClose) {
        summary.batchCloses += 1
        batchCloses.append(close)
    }

    /// Notes that a callback was sent and how it was answered.
    mutating func note(_ callback: LedgerEntry.Callback, of subject: CallbackDelivery.Subject) {
        summary.callbacks += 1
        if let status = callback.status, (200..<300).contains(status) { summary.callbacksAccepted += 1 }
        switch subject {
        case .sale(let number):
            guard self[number] != nil else { return }
            ring[number % ring.count]?.entry.callbacks.append(callback)
        case .command(let number): commands.update(number) { $0.entry.callbacks.append(callback) }
        case .journal(let number): journal.update(number) { $0.callbacks.append(callback) }
        }
    }

    /// Notes what is wrong with a request.
    mutating func note(_ faults: [RequestFault]) {
        guard !faults.isEmpty else { return }
        summary.faultyRequests += 1
        self.faults.append(contentsOf: faults)
        self.faults.removeFirst(max(0, self.faults.count - Self.maximumFaults))
    }

    /// Changes counters that no entry stands for.
    mutating func count(_ change: (inout LedgerSummary) -> Void) {
        change(&summary)
    }

    private mutating func count(_ entry: LedgerEntry) {
        summary.posts += 1
        note(entry.faults)
        countOverlap(entry.foundBusyWith)
        guard let sale = entry.sale else { return }
        summary.sales += 1
        summary.payments += sale.payments.count
        summary.paidAmount += sale.payments.reduce(0) { $0 + $1.amount }
        guard let customID = entry.customID else { return }
        if entries(customID: customID).contains(where: { $0.sale != nil }) { summary.repeatedSales += 1 }
    }

    private mutating func countOverlap(_ occupant: String?) {
        guard let occupant, occupant != Terminal.Occupant.terminalSale.rawValue else { return }
        summary.overlaps += 1
    }
}
