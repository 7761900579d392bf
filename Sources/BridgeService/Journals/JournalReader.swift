// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import Logging
internal import ServiceLifecycle

/// Reads a terminal's journal when no other source tells the result of a charge, before its lane goes on.
///
/// A reading goes through the lane, prints nothing and moves no money, so it may be repeated.
/// Source: docs/promises.md 4.9.
struct JournalReader: Service {
    /// How many terminals are read at once, each on a connection of its own.
    ///
    /// A terminal that says nothing holds one reader for 310 s in each try; further readings wait once all are held.
    static let workers = 64
    /// How often a terminal is asked; then its journal counts as one that could not be read.
    ///
    /// What was never sent is no try: while the cloud cannot be asked the lane stays closed.
    static let tries = 3
    /// The cloud cannot ask for a longer wait: the lane is closed meanwhile.
    static let longestWait = Duration.seconds(60)

    let transitions: Transitions
    let work: TerminalWork
    let line: WorkQueue<TransactionID>
    let gate: CommandGate
    let cloud: CloudClient
    let profile: CountryProfile
    /// The wait between two tries.
    let retry: RetrySchedule
    let metrics: Metrics
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            // A reading that is under way at a stop is given up: it is begun anew after the next start.
            await withDiscardingTaskGroup { group in
                group.addTask {
                    try? await gracefulShutdown()
                    await cloud.stopReading()
                }
                await cancelWhenGracefulShutdown {
                    await withDiscardingTaskGroup { group in
                        for _ in 0..<Self.workers {
                            group.addTask { await work() }
                        }
                    }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            line.close()
        }
    }

    private func work() async {
        while let id = await line.next() {
            // At a stop the charge stays undecided in the store, and the next start reads for it. The worker goes on
            // until its line is closed: a service that ends too early ends the process.
            guard await gate.waitUntilTerminalsMayBeWoken() else { continue }
            await read(for: id)
            guard !Task.isCancelled else { return }
            await transitions.applySurely(.journalClosed, to: id)
            FailPoint.journalClosed.reach()
            work.endReading(for: id)
        }
    }

    private func read(for id: TransactionID) async {
        guard let transaction = await transitions.transaction(id) else { return }
        for command in commands(for: transaction) {
            switch await read(command, for: transaction) {
            case .nothing: continue
            case .everything: return
            case .something: if await transitions.transaction(id)?.state.isFinal == true { return }
            }
            if Task.isCancelled { return }
        }
    }

    /// By Getnet's number where that is known and the country can, then the lists of the terminal.
    private func commands(for transaction: Transaction) -> [JournalCommand] {
        let byNumber =
            profile.answersByNumber ? transaction.idPosTxs.map { JournalCommand.transaction(idPosTxs: $0) } : nil
        return [byNumber].compactMap { $0 } + profile.journals
    }

    /// What a command brought.
    private enum Yield {
        case nothing
        /// Evidence, perhaps not enough.
        case something
        /// A complete list: there is no more to learn.
        case everything
    }

    private func read(_ command: JournalCommand, for transaction: Transaction) async -> Yield {
        let content = transaction.command.content
        var asked = 0
        var unasked = 0
        while asked < Self.tries {
            FailPoint.journalUnasked.reach()
            let answer = await cloud.readJournal(command, of: content.terminal, customID: transaction.id.description)
            let readAt = work.calendars.now(for: transaction.id)
            let wait: Duration
            switch answer {
            case .answer(let answer):
                metrics.increment(.evidence, EvidenceSource.journal.rawValue)
                let evidence = Evidence(source: .journal, answer: answer, receivedAt: readAt)
                await transitions.applySurely(.evidence(evidence), to: transaction.id)
                return .something
            case .rows(let rows, let isComplete, _):
                metrics.increment(.evidence, EvidenceSource.journal.rawValue)
                let reading = JournalReading(
                    terminal: content.terminal.idTerminal,
                    account: content.account,
                    rows: rows,
                    isComplete: isComplete,
                    readAt: readAt
                )
                FailPoint.journalAnswered.reach()
                await transitions.applySurely(reading, for: transaction.id)
                FailPoint.journalNoted.reach()
                return isComplete ? .everything : .something
            case .impossible(let code):
                note("a journal cannot be read here", transaction, code)
                return .nothing
            case .notRead(let code, let retryAfter):
                asked += 1
                note("a journal could not be read", transaction, code)
                // After the last one, too: a reading whose answer was lost may still be at the terminal.
                wait = max(retry.delay(afterTries: asked), retryAfter ?? .zero)
            case .notAsked(let code, let retryAfter):
                unasked += 1
                note("a terminal could not be asked for its journal; its lane stays closed", transaction, code)
                wait = max(retry.delay(afterTries: unasked), retryAfter ?? .zero)
            }
            try? await Task.sleep(for: min(wait, Self.longestWait))
            if Task.isCancelled { return .nothing }
            // A callback, a query or a person may have decided meanwhile.
            if await transitions.transaction(transaction.id)?.state.isFinal != false { return .something }
        }
        return .nothing
    }

    private func note(_ what: Logger.Message, _ transaction: Transaction, _ code: Reason.Code) {
        logger.warning(
            what,
            metadata: [LogKey.transaction: "\(transaction.id)", LogKey.reason: "\(code.rawValue)"]
        )
    }
}
