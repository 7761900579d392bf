// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Readings of a terminal: while one is under way, nothing else is sent there.
extension TerminalWork {
    func readJournal(of id: TransactionID) {
        let account = lanes.withLockedValue { $0.beginReading(for: id) ? $0.account(of: id) : nil }
        guard let account else { return }
        // Not lined up: the lane stays closed and the life ends once more.
        if !lines(of: account).journals.offer(id) {
            lanes.withLockedValue { lanes in _ = lanes.endReading(for: id) }
            planLifeEnd(of: id, at: .now + Self.journalRetry)
        }
    }

    /// Reads at the terminal of a transaction behind a closed lane; `nil` if it does not hold the terminal.
    ///
    /// Nothing else is sent there before the answer, even if the transaction changes meanwhile.
    func behindClosedLane<Answer: Sendable>(for id: TransactionID, _ read: () async -> Answer) async -> Answer? {
        guard lanes.withLockedValue({ $0.beginReading(for: id) }) else { return nil }
        let answer = await read()
        endReading(for: id)
        return answer
    }

    /// Whether a task reads at the terminal of a transaction.
    func isBeingRead(_ id: TransactionID) -> Bool { lanes.withLockedValue { $0.isBeingRead(id) } }

    /// Opens the lane after a reading.
    func endReading(for id: TransactionID) {
        if let next = lanes.withLockedValue({ $0.endReading(for: id) }) { offer(next) }
    }

    private static let journalRetry = Duration.seconds(1)

    /// Waits a while behind a look whose answer was lost: dropping the connection ends nothing at the terminal.
    ///
    /// *Source*: docs/getnet.md 3.4.
    func outlast(_ answer: JournalAnswer) async {
        switch answer {
        case .notRead(.terminalBusy, _), .notRead(.unauthorized, _), .notRead(.blocked, _): return
        case .notRead: try? await Task.sleep(for: longestDeparture)
        case .answer, .rows, .notAsked, .impossible: return
        }
    }
}
