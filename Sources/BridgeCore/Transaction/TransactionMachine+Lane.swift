// SPDX-License-Identifier: Apache-2.0

/// What stands in a terminal's lane before a new command.
public struct LaneOccupancy: Sendable, Equatable {
    /// How many transactions stand there, the one that holds the terminal among them; at least 1.
    public let ahead: Int
    /// The one that holds the terminal.
    public let holder: TransactionID

    /// An occupancy from its parts.
    public init(ahead: Int, holder: TransactionID) {
        self.ahead = ahead
        self.holder = holder
    }

    /// How many of them wait.
    var waiting: Int { ahead - 1 }
}

/// One command at a time per terminal: who waits, and when a doubt lets the next one pass.
///
/// Source: docs/promises.md 4.8, 4.9.
extension TransactionMachine {
    mutating func queue(behind lane: LaneOccupancy) {
        guard lane.waiting < rules.laneDepth else { return finish(.failed, Reason(.laneFull)) }
        transaction.stay.isInLane = true
        transaction.dueAt = transaction.command.expiresAt
        publish()
        transaction.reason = Reason(.laneOccupied)
        publish(.status(behind: lane))
    }

    /// The last POST has no more effects: only the journal can tell what is not known by now.
    mutating func endLife() {
        // By now a command that cancels can have no effects either.
        if transaction.isBeingCancelled { endCancelAttempt() }
        // A transaction that was ended by a cancel or by a person's word kept the terminal until now.
        if transaction.state.isFinal, transaction.isInLane {
            transaction.stay.isInLane = false
            return
        }
        switch transaction.state {
        // Where no money moves nothing is left to find out.
        case .submitted where !transaction.effect.movesMoney, .inDoubt where !transaction.effect.movesMoney:
            transaction.stay.isLifeOver = true
            finish(.notCompleted, Reason(.noResult))
        case .submitted, .inDoubt:
            transaction.stay.isLifeOver = true
            if transaction.state == .submitted { doubt(.noResult) }
            if transaction.isInLane { next.effects.append(.readJournal) }
        // The life of an attempt that ended otherwise.
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    /// Lets the next command pass; the doubt goes on without the terminal.
    mutating func closeJournal() {
        switch transaction.state {
        case .inDoubt where transaction.stay.isLifeOver: transaction.stay.isInLane = false
        case .accepted, .submitting, .submitted, .inDoubt, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }
}
