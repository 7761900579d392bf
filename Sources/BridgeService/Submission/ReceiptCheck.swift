// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import Logging

/// Looks, before a void, what its receipt stands for in the terminal's open batch now.
///
/// The lane is closed meanwhile, also behind a void that expires or is cancelled, and the void holds it afterwards. So
/// no command of ours comes between the look and the POST, or during the look. Each POST has a new look before it.
/// *Source*: docs/promises.md 4.11.
struct ReceiptCheck: Sendable {
    let transitions: Transitions
    let work: TerminalWork
    let cloud: CloudClient
    let logger: Logger

    /// Whether the transaction may be POSTed: it is no void, or its receipt is there.
    func check(for id: TransactionID) async -> Bool {
        guard let transaction = await transitions.transaction(id), transaction.effect == .void,
            transaction.state == .accepted
        else { return true }
        guard !work.isExpired(id) else {
            await transitions.expireSurely(id)
            return false
        }
        let terminal = transaction.command.content.terminal
        FailPoint.receiptUnasked.reach()
        let answer = await work.behindClosedLane(for: id) {
            let answer = await cloud.readJournal(
                .details,
                of: terminal,
                customID: id.description,
                for: .look
            )
            await work.outlast(answer)
            return answer
        }
        // It left its lane before: there is nothing to send.
        guard let answer else { return false }
        FailPoint.receiptAnswered.reach()
        let reading = transaction.receipt(in: answer)
        if reading != .seen {
            logger.info(
                "a void is not sent",
                metadata: [LogKey.transaction: "\(id)", LogKey.reason: "\(reading.word)"]
            )
        }
        let noted = await transitions.applySurely(.receiptRead(reading), to: id)
        FailPoint.receiptNoted.reach()
        return noted?.transaction.needsReceipt == false
    }
}

extension Transaction {
    /// What an answer about the terminal's open batch says of the original's receipt.
    fileprivate func receipt(in answer: JournalAnswer) -> TransactionInput.ReceiptReading {
        typealias Refusal = SubmissionOutcome.Refusal
        switch answer {
        case .rows(let rows, let isComplete, _):
            let namesakes = rows.filter { $0.result.operationID == original?.operationID }
            if namesakes.count == 1, isOriginal(namesakes[0]) { return .seen }
            // A list that is not complete may leave out anything.
            return isComplete ? .missing : .notRead(Refusal(.cloudUnavailable, isTransient: true))
        case .answer: return .notRead(Refusal(.cloudUnavailable, isTransient: true))
        case .notRead(let code, let wait), .notAsked(let code, let wait):
            // What is no reason to wait for a command is told as the cloud's.
            let isReason = [.terminalBusy, .unauthorized, .tokenRejected].contains(code)
            return .notRead(Refusal(isReason ? code : .cloudUnavailable, isTransient: true, retryAfter: wait))
        case .impossible(let code): return .notRead(Refusal(code, isTransient: false))
        }
    }
}
