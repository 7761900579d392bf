// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import GetnetCloud
internal import Logging

/// Reads the batch before a close, to compare it with the table while the terminal still knows it.
///
/// The lane is closed meanwhile, and the close holds it afterwards. The close is sent for every result of the reading,
/// so the reading takes no more than half of the time that the command has left.
/// *Source*: docs/promises.md 4.15.
struct BatchCheck: Sendable {
    let transitions: Transitions
    let work: TerminalWork
    let cloud: CloudClient
    let logger: Logger

    /// Reads the batch that the transaction is about to close; does nothing for any other.
    ///
    /// - Returns: Whether it may be POSTed: it still holds its terminal, and no other task reads there.
    func check(for id: TransactionID) async -> Bool {
        guard let transaction = await transitions.transaction(id), transaction.needsBatchReading,
            CountryProfile.named(transaction.country)?.journals.contains(.details) == true, !work.isExpired(id)
        else { return true }
        FailPoint.batchUnasked.reach()
        let answer = await work.behindClosedLane(for: id) {
            let answer = await cloud.readJournal(
                .details,
                of: transaction.command.content.terminal,
                customID: id.description,
                within: max(.zero, transaction.command.expiresAt - work.calendars.now(for: transaction.id)) / 2,
                for: .look
            )
            await work.outlast(answer)
            return answer
        }
        // It left its lane before, and is not sent either.
        guard let answer else { return false }
        FailPoint.batchAnswered.reach()
        let reading = TransactionInput.BatchReading(answer)
        if let obstacle = reading.obstacle {
            logger.warning(
                "a batch is closed without a comparison",
                metadata: [LogKey.transaction: "\(id)", LogKey.reason: "\(obstacle.rawValue)"]
            )
        }
        await transitions.applySurely(.batchRead(reading), to: id)
        FailPoint.batchNoted.reach()
        return true
    }
}

extension TransactionInput.BatchReading {
    fileprivate init(_ answer: JournalAnswer) {
        switch answer {
        case .rows(let rows, isComplete: true, _): self.init(JournalList(rows: rows, isComplete: true))
        // A list that is not complete may leave out anything.
        case .rows, .answer: self.init(notRead: .inconsistentResult)
        case .notRead(let code, _), .notAsked(let code, _), .impossible(let code): self.init(notRead: code)
        }
    }
}
