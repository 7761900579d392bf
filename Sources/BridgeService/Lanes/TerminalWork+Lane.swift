// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Which transaction holds which terminal.
///
/// Source: docs/promises.md 4.8.
extension TerminalWork {
    /// How many commands wait for a terminal, or for a POST.
    var waiting: Int { lanes.withLockedValue { $0.waiting } }

    /// Whether a command has expired, by a clock that does not jump or by the one on the wall.
    func isExpired(_ id: TransactionID) -> Bool {
        guard let expiry = lanes.withLockedValue({ $0.expiry(of: id, at: .now) }) else { return false }
        return expiry.isOver || departure(of: id) >= expiry.instant
    }

    /// When a transaction's command expires; `nil` for one that stands in no lane.
    func expiry(of id: TransactionID) -> Timestamp? { lanes.withLockedValue { $0.expiresAt(id) } }

    /// The account of a transaction that stands in a lane.
    func account(of id: TransactionID) -> String? { lanes.withLockedValue { $0.account(of: id) } }

    /// How long after its durable step a POST may leave; after that it is begun anew.
    ///
    /// After a restart the terminal's life is counted from that step. Getnet's own time-outs end before `terminalLife`
    /// does by more than this.
    var longestDeparture: Duration { max(.seconds(1), terminalLife / 32) }

    /// Notes that the body of a POST leaves now: the terminal's life begins.
    func depart(_ id: TransactionID) { lanes.withLockedValue { $0.depart(id, at: .now) } }

    /// Whether this process saw the POST leave, so that its terminal's life is counted by a clock that does not jump.
    func wasPostedHere(_ id: TransactionID) -> Bool { lanes.withLockedValue { $0.departure(of: id) } != nil }

    /// Offers those that waited for their lane and may find it free now, as after a start.
    func offerHeads(of waiting: [TransactionID]) {
        for id in waiting { offer(id) }
    }

    /// Goes on with a holder that is not to be POSTed because it was before: only its journal can be missing.
    func takeUp(_ transaction: Transaction) {
        if transaction.state == .inDoubt, transaction.stay.isLifeOver, transaction.isInLane {
            readJournal(of: transaction.id)
        }
    }

    /// Enters the lane where it is not there yet, and counts the life of its last POST.
    func keepLane(of transaction: Transaction) {
        let id = transaction.id
        lanes.withLockedValue { lanes in
            let key = Lanes.Key(transaction.command.content)
            let expiresAt = transaction.command.expiresAt
            _ = lanes.enter(
                id,
                key,
                place: transaction.place,
                isSlow: transaction.profile?.mode.mayAnswerLate ?? false,
                expiresAt: expiresAt,
                expiry: .now + max(expiresAt - calendars.now(for: id), .zero)
            )
            lanes.mark(id, isPosted: transaction.mayBeAtTerminal)
        }
        // Under one lock with the departure: a cancel that leaves meanwhile begins a new life, which must not be
        // shortened.
        lanes.withLockedValue { lanes in
            let end: ContinuousClock.Instant? =
                switch transaction.state {
                case .submitted, .inDoubt:
                    // Once it is over what is planned is a look at the journal, which nothing but that look may forget.
                    transaction.stay.isLifeOver
                        ? lanes.lifeEnd(of: id) : lifeEnd(of: transaction, after: lanes.departure(of: id))
                case .approved, .declined, .notCompleted, .failed, .completed:
                    lifeEnd(of: transaction, after: lanes.departure(of: id))
                case .accepted, .submitting: nil
                }
            lanes.plan(id, lifeEnd: end)
        }
        timeLifeEnd(of: id)
    }

    /// Lets the body of a cancel leave now and counts the terminal's life anew; `false` if it must not leave.
    ///
    /// With time to spare, so that no end of the life that was planned before is under way.
    func departCancel(_ id: TransactionID) -> Bool {
        let now = ContinuousClock.now
        let margin = min(Self.longestCancelMargin, terminalLife / 10)
        let leaves = lanes.withLockedValue { $0.departCancel(id, at: now, life: terminalLife, margin: margin) }
        if leaves { timeLifeEnd(of: id) }
        return leaves
    }

    /// Plans the end of a terminal's life, or the next look at what is left of it.
    func planLifeEnd(of id: TransactionID, at instant: ContinuousClock.Instant) {
        lanes.withLockedValue { $0.plan(id, lifeEnd: instant) }
        timeLifeEnd(of: id)
    }

    /// Takes out the plan of a life that has ended by now.
    func noteLifeEnd(of id: TransactionID) { lanes.withLockedValue { $0.endLife(of: id, by: .now) } }

    /// Enters the lane's end of life into the timetable until both agree: another task may change the lane meanwhile.
    private func timeLifeEnd(of id: TransactionID) {
        var end = lanes.withLockedValue { $0.lifeEnd(of: id) }
        while true {
            timetable.planLifeEnd(of: id, at: end)
            let latest = lanes.withLockedValue { $0.lifeEnd(of: id) }
            if latest == end { return }
            end = latest
        }
    }

    private static let longestCancelMargin = Duration.seconds(5)

    /// The end of the terminal's life, never later than a whole life from now.
    ///
    /// From this process's own observation where it made the POST; after a restart from what is stored.
    private func lifeEnd(
        of transaction: Transaction,
        after departure: ContinuousClock.Instant?
    ) -> ContinuousClock.Instant {
        if let departure { return departure + terminalLife }
        let now = calendars.now(for: transaction.id)
        let latest = max(
            transaction.postingPeriod?.upperBound ?? now,
            transaction.cancelAttempt?.sentAt ?? .distantPast
        )
        let left = latest + terminalLife - now
        return .now + min(max(left, .zero), terminalLife)
    }

    func leaveLane(_ id: TransactionID) {
        timetable.planLifeEnd(of: id, at: nil)
        if let next = lanes.withLockedValue({ $0.leave(id) }) { offer(next) }
    }
}

extension Transaction {
    /// Whether a POST may be under way or have left.
    fileprivate var mayBeAtTerminal: Bool {
        switch state {
        case .submitting, .submitted, .inDoubt: true
        case .accepted, .approved, .declined, .notCompleted, .failed, .completed: false
        }
    }
}
