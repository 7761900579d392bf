// SPDX-License-Identifier: Apache-2.0

/// Sales that are cancelled while they run.
///
/// A cancellation names no sale: it hits the command that runs at the terminal when it takes effect.
/// Source: docs/getnet.md 10.5.
extension CloudState {
    /// Lets every cancellation happen whose moment has come.
    ///
    /// - Parameter now: the moment; nothing else has happened since the first of them.
    mutating func settle(until now: Duration) {
        while let next = cancellations.takeDue(now) { carryOut(next) }
    }

    /// The commands whose plans were changed since the last call.
    mutating func takeChangedCourses() -> [Course] {
        guard !changedCourses.isEmpty else { return [] }
        defer { changedCourses = [] }
        return changedCourses.compactMap(course)
    }

    /// A command as it is played by now, unless it is forgotten.
    func course(_ subject: CallbackDelivery.Subject) -> Course? {
        switch subject {
        case .sale(let number):
            guard let started = ledger[number]?.started else { return nil }
            return TakenSale(number: number, request: started.facts.request, plan: started.plan, started: started)
                .course
        case .command(let number):
            guard let started = ledger.commands[number]?.started else { return nil }
            return TakenCommand(number: number, request: started.facts.request, plan: started.plan, started: started)
                .course
        case .journal: return nil
        }
    }

    /// Whether the plan of a command is still the one it was started with.
    func isCurrent(_ course: Course) -> Bool {
        let revision =
            switch course.subject {
            case .sale(let number): ledger[number]?.started?.revision
            case .command(let number): ledger.commands[number]?.started?.revision
            case .journal: Int?.none
            }
        return revision == nil || revision == course.started?.revision
    }

    private mutating func carryOut(_ cancellation: Cancellation) {
        guard let post = terminals[cancellation.terminal]?.sale(at: cancellation.at),
            let started = ledger[post]?.started, let run = started.plan.run
        else { return refuse(cancellation) }
        let authorizing = min(pace.scaled(configuration.authorizationTime), run.finishesAfter / 2)
        let isStopped = cancellation.at - started.startedAt < run.finishesAfter - authorizing
        if isStopped { stop(started, post: post, cancellation) }
        ledger.updateCommand(cancellation.command) {
            $0.entry.met = CommandEntry.Met(
                post: post,
                customID: started.facts.request.customID,
                wasStopped: isStopped
            )
        }
    }

    /// There is nothing to cancel.
    private mutating func refuse(_ cancellation: Cancellation) {
        ledger.updateCommand(cancellation.command) { record in
            record.entry.ending = .refused
            guard let plan = record.started?.plan.refused(.nothingToTakeBack) else { return }
            record.started?.plan = plan
            record.started?.revision += 1
        }
        changedCourses.append(.command(cancellation.command))
    }

    private mutating func stop(_ sale: StartedSale, post: Int, _ cancellation: Cancellation) {
        var stopped = sale
        stopped.plan = sale.plan.cancelled(after: cancellation.at - sale.startedAt)
        stopped.revision += 1
        let receipts = sale.journalRows.map(\.operationID)
        terminals[cancellation.terminal]?.stopSale(post, receipts: receipts, at: cancellation.at)
        payments.removePayments(
            ofPost: post,
            terminal: cancellation.terminal,
            batch: sale.batch,
            receipts: receipts
        )
        ledger.cancel(stopped, post: post, by: cancellation.command, at: clock.date(cancellation.at))
        changedCourses.append(.sale(post))
    }
}

/// A cancellation that is on its way to its terminal.
struct Cancellation: Equatable, Sendable {
    /// When it takes effect.
    let at: Duration
    /// Its number among the commands.
    let command: Int
    /// The ``Terminal/key(_:)`` of its terminal.
    let terminal: String
}

/// The cancellations that are on their way, the next one first.
///
/// Limits: ``limit``; what is above never arrives.
struct CancellationQueue: Sendable {
    static let limit = 10_000

    private var waiting: [Cancellation] = []

    mutating func add(_ cancellation: Cancellation) {
        guard waiting.count < Self.limit else { return }
        let index = waiting.firstIndex { $0.at > cancellation.at } ?? waiting.endIndex
        waiting.insert(cancellation, at: index)
    }

    mutating func takeDue(_ now: Duration) -> Cancellation? {
        guard let first = waiting.first, first.at <= now else { return nil }
        return waiting.removeFirst()
    }
}

extension SalePlan {
    /// The same sale, cancelled at the terminal before it was paid.
    ///
    /// - Parameter elapsed: the time since the arrival of the POST.
    /// - Returns: the plan; its callbacks are those that are still to be sent.
    func cancelled(after elapsed: Duration) -> SalePlan {
        var plan = self
        let end = Step(after: elapsed, .result(TerminalResult(.cancelled)))
        plan.run = TerminalRun(finishesAfter: elapsed, occupiesFor: elapsed, outcome: .notPaid)
        // A sale whose end the cloud never learns stays so.
        if status.contains(where: \.isResult) { plan.status = status.filter { $0.after <= elapsed } + [end] }
        let told = callbacks.filter { $0.after > elapsed && $0.isResult }
        let copies = told.count { $0.after == told.first?.after }
        let isLate = (told.first?.after ?? .zero) - (run?.finishesAfter ?? .zero)
        let callback = Step(after: elapsed + max(.zero, isLate), end.report)
        plan.callbacks = Array(repeating: callback, count: copies)
        return plan
    }
}

extension SalePlan.Step {
    fileprivate var isResult: Bool {
        switch report {
        case .result, .oversized: true
        case .message, .notJSON, .empty: false
        }
    }
}
