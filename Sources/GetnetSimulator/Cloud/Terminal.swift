// SPDX-License-Identifier: Apache-2.0

/// One terminal as the cloud sees it: it does one command at a time and remembers the payments of its batch.
///
/// Source: docs/getnet.md 11.1 (busy), 11.2 (batch), 13.1 (90 s, 5 min).
/// Limits: ``CloudState`` closes the batch at `batchLimit` payments.
struct Terminal: Equatable, Sendable {
    /// How many ends of reads may be said before.
    static let maximumScript = 1_000

    /// Its triplet, as the latest command spelled it.
    var identity: TerminalIdentity
    /// The payments of the current batch, oldest first; no reader sees it before the terminal is done with all of them.
    private(set) var batch: [JournalRow] = []
    /// How many batches were closed.
    private(set) var batchNumber = 0
    /// The receipts of the batch that were voided.
    private(set) var voided: Set<Int> = []
    /// The refunds of the batch.
    private(set) var returns = BatchTotals.Tally()
    /// What was printed last in this batch.
    private(set) var lastVoucher: JournalRow?
    /// How many reads of the journal were asked for while the terminal could be reached and was free.
    var reads = 0
    /// How the next reads of the journal end, before probabilities are asked.
    private var script: [Fault]
    /// The scenarios of the next commands.
    private var commandScript: [Int] = []
    /// The cloud cannot reach it before this moment.
    var offlineUntil: Duration = .zero
    private var work: [Work] = []
    private var receipts = 0

    /// What a terminal is at work on.
    enum Occupant: String, Sendable, Codable {
        /// A sale that the cloud sent.
        case sale
        /// A read of the journal that the cloud sent.
        case journal
        /// Another command that the cloud sent.
        case command
        /// A sale that was made at the terminal itself.
        case terminalSale
    }

    private struct Work: Equatable {
        let occupant: Occupant
        let from: Duration
        var until: Duration
        /// The number of its POST, if it is a sale of the cloud.
        var post: Int?
    }

    /// Creates a terminal with an empty journal.
    ///
    /// - Parameters:
    ///   - identity: its triplet.
    ///   - script: how its first reads of the journal end.
    init(identity: TerminalIdentity, script: [Fault] = []) {
        self.identity = identity
        self.script = script
    }

    /// What terminals are told apart by: `idTerminal` in upper case.
    static func key(_ idTerminal: String) -> String {
        idTerminal.utf8.contains { (0x61...0x7A).contains($0) } ? idTerminal.uppercased() : idTerminal
    }

    /// What it is at work on at this moment.
    func occupant(at now: Duration) -> Occupant? {
        work.first { now < $0.until }?.occupant
    }

    /// The moment at which it is free, which may be over.
    var freeAt: Duration { work.last?.until ?? .zero }

    /// What the cloud says if a command comes at this moment.
    ///
    /// - Parameters:
    ///   - now: the moment.
    ///   - pace: after `pace.responseWindow` the hint changes from 15 s to 5 min.
    /// - Returns: the refusal, or nothing if the terminal is free.
    func refusal(at now: Duration, pace: Pace) -> CloudMessage? {
        guard let current = work.first(where: { now < $0.until }) else { return nil }
        return now - current.from < pace.responseWindow ? .busy15Seconds : .busy5Minutes
    }

    /// Starts a command of the cloud.
    ///
    /// - Parameters:
    ///   - occupant: what it is.
    ///   - now: the moment.
    ///   - duration: for how long no other command gets through, at most `pace.life`.
    ///   - pace: durations of this simulator.
    ///   - post: the number of its POST, if it is a sale.
    mutating func start(
        _ occupant: Occupant,
        at now: Duration,
        for duration: Duration,
        pace: Pace,
        post: Int? = nil
    ) {
        precondition(refusal(at: now, pace: pace) == nil, "a command is started only at a terminal that is free")
        work.removeAll(keepingCapacity: true)
        work.append(Work(occupant: occupant, from: now, until: now + min(duration, pace.life), post: post))
    }

    /// Starts a sale of the cloud.
    ///
    /// - Parameters:
    ///   - identity: the terminal's triplet, as this sale spells it.
    ///   - run: what will happen.
    ///   - post: the number of its POST.
    ///   - now: the moment.
    ///   - pace: durations of this simulator.
    /// - Returns: the number of its first receipt, and that of the batch.
    mutating func startSale(
        _ identity: TerminalIdentity,
        _ run: TerminalRun,
        post: Int,
        at now: Duration,
        pace: Pace
    ) -> (receipt: Int, batch: Int) {
        self.identity = identity
        defer { receipts += max(1, run.outcome.payments) }
        start(.sale, at: now, for: run.occupiesFor, pace: pace, post: post)
        return (receipts + 1, batchNumber)
    }

    /// Starts a sale at the terminal itself, as soon as it is free.
    ///
    /// - Parameters:
    ///   - now: the moment.
    ///   - duration: how long it takes.
    /// - Returns: the number of its receipt, and when it is done.
    mutating func startOwnSale(at now: Duration, for duration: Duration) -> (receipt: Int, finishesAt: Duration) {
        let from = max(now, freeAt)
        work.removeAll { $0.until <= now }
        work.append(Work(occupant: .terminalSale, from: from, until: from + duration))
        receipts += 1
        return (receipts, from + duration)
    }

    /// How the next read of the journal ends, if that was said before.
    mutating func takeScripted() -> Fault? {
        script.isEmpty ? nil : script.removeFirst()
    }

    /// Says how further reads of the journal end.
    ///
    /// - Returns: whether there was room.
    mutating func addToScript(_ fault: Fault, times: Int) -> Bool {
        guard times > 0, script.count + times <= Self.maximumScript else { return false }
        script.append(contentsOf: repeatElement(fault, count: times))
        return true
    }

    /// Remembers payments that will have been made before the terminal is free again.
    ///
    /// - Returns: how many the batch holds.
    mutating func remember(_ rows: [JournalRow]) -> Int {
        batch.append(contentsOf: rows)
        lastVoucher = rows.last ?? lastVoucher
        return batch.count
    }

    /// Closes the batch as soon as the terminal is free: the journal is empty then, receipts begin with 1.
    ///
    /// - Returns: how many payments it held.
    mutating func closeBatch() -> Int {
        defer {
            batch = []
            voided = []
            returns = BatchTotals.Tally()
            lastVoucher = nil
            receipts = 0
            batchNumber += 1
        }
        return batch.count
    }
}

/// What commands besides sales do to it.
extension Terminal {
    /// The POST of the sale that it is at work on at a moment.
    func sale(at moment: Duration) -> Int? {
        work.first { $0.from <= moment && moment < $0.until }?.post
    }

    /// Ends a sale that is not paid yet.
    ///
    /// - Parameters:
    ///   - post: the number of its POST.
    ///   - receipts: those that it would have had.
    ///   - moment: when it ends.
    mutating func stopSale(_ post: Int, receipts: [Int], at moment: Duration) {
        if let index = work.firstIndex(where: { $0.post == post }) { work[index].until = moment }
        batch.removeAll { receipts.contains($0.operationID) }
        if let last = lastVoucher, receipts.contains(last.operationID) { lastVoucher = batch.last }
    }

    /// The scenario of the next command, if that was said before.
    mutating func takeCommandScript() -> Int? {
        commandScript.isEmpty ? nil : commandScript.removeFirst()
    }

    /// Says which scenario the command after those that were said before has.
    ///
    /// - Returns: whether there was room.
    mutating func addToCommandScript(_ scenario: Int) -> Bool {
        guard commandScript.count < Self.maximumScript else { return false }
        commandScript.append(scenario)
        return true
    }

    /// Takes receipts for something that is no sale.
    ///
    /// - Returns: the number of the first.
    mutating func takeReceipts(_ count: Int) -> Int {
        defer { receipts += count }
        return receipts + 1
    }

    /// Remembers that a sale of the batch was taken back.
    mutating func void(_ receipt: Int, at moment: Duration) {
        voided.insert(receipt)
        guard let row = batch.first(where: { $0.operationID == receipt }) else { return }
        lastVoucher = JournalRow(
            idPosTxs: row.idPosTxs,
            payment: row.payment,
            operationID: receipt,
            amount: row.amount,
            ticketNumber: row.ticketNumber,
            finishedAt: moment,
            seed: row.seed,
            function: TerminalCommand.void.number
        )
    }

    /// Remembers a refund.
    ///
    /// - Parameters:
    ///   - amount: what is given back, in minor units.
    ///   - receipt: the number of its receipt.
    ///   - movement: the how-many-eth refund of its command, from 1.
    ///   - moment: when it is done.
    ///   - seed: where its authorization comes from.
    mutating func giveBack(_ amount: Int, receipt: Int, movement: Int, at moment: Duration, seed: UInt64) {
        returns.add(amount)
        lastVoucher = JournalRow(
            idPosTxs: nil,
            payment: movement,
            operationID: receipt,
            amount: amount,
            ticketNumber: nil,
            finishedAt: moment,
            seed: seed,
            function: TerminalCommand.refund.number
        )
    }
}
