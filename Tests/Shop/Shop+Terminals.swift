// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import MemoryLedger
internal import TestSupport

/// What happens at the terminals, and how the ledger hears of it.
extension Shop {
    /// The bridge POSTs a transaction that its memory takes for the first of its lane.
    mutating func post() throws -> String? {
        guard let transaction = some(where: { $0.state == .accepted && $0.isInLane }) else { return nil }
        guard let transition = try take(.submissionStarted, transaction.id) else { return nil }
        guard case .submitting = transition.transaction.state, transition.finding != .refused else { return nil }
        let posted = transition.transaction
        let terminal = posted.command.content.terminal.idTerminal
        let other = posts.values.first {
            $0.transaction.command.content.terminal.idTerminal == terminal && $0.transaction.id != posted.id
                && !$0.isOver
        }
        if let other {
            guard other.transaction.command.content.account != posted.command.content.account else {
                return "two POSTs at one terminal: \(posted.command.commandID), \(other.transaction.command.commandID)"
            }
            // No lane holds both: the terminal itself refuses the second one.
            let busy = SubmissionOutcome.Refusal(.terminalBusy, isTransient: true)
            _ = try take(.submissionEnded(attempt: posted.posting.attempts, .notStarted(busy)), posted.id)
            return nil
        }
        count += 1
        posts[posted.id] = Post(
            transaction: posted,
            number: "\(900_000 + count)",
            endsAt: now + .seconds(Int.random(in: 1...80, using: &random)),
            pays: Int.random(in: 0..<3, using: &random) > 0,
            isToBeDenied: theme == .people && posted.effect == .sale && Int.random(in: 0..<3, using: &random) == 0
        )
        return nil
    }

    mutating func answer() throws -> String? {
        guard let transaction = some(where: { if case .submitting = $0.state { true } else { false } }),
            let post = posts[transaction.id], case .submitting(let attempt) = transaction.state
        else { return nil }
        let isLost = Int.random(in: 0..<3, using: &random) == 0
        let outcome: SubmissionOutcome = isLost ? .unknown(.noAcknowledgement) : .acknowledged(idPosTxs: post.number)
        _ = try take(.submissionEnded(attempt: attempt, outcome), transaction.id)
        return nil
    }

    /// A callback says what became of a POST: once, twice, or never.
    mutating func callback() throws -> String? {
        endStays()
        guard
            let post = posts.values.filter(\.isOver).sorted(by: { $0.number < $1.number }).randomElement(using: &random)
        else { return nil }
        let paid = payments.first { $0.transaction.id == post.transaction.id }
        let isDenied = paid != nil && post.isToBeDenied
        posts[post.transaction.id]?.isToBeDenied = false
        posts[post.transaction.id]?.isDenied = isDenied
        guard let paid, !isDenied else {
            try hear(.notCompleted(post.transaction, idPosTxs: post.number), post.transaction.id)
            return nil
        }
        let isThin = theme == .accounts && Bool.random(using: &random)
        let told = isThin ? paid.result.thin : paid.result
        try hear(.finished(post.transaction, idPosTxs: paid.number, told), post.transaction.id)
        return nil
    }

    /// A terminal answers the POST of one sale with the receipt of the sale before, which the ledger knows.
    ///
    /// If the ledger does not know that receipt yet, no rule can tell whose it is.
    mutating func repeatLastReceipt() throws -> String? {
        endStays()
        guard let post = posts.values.sorted(by: { $0.number < $1.number }).randomElement(using: &random) else {
            return nil
        }
        let terminal = post.transaction.command.content.terminal.idTerminal
        let others = payments.filter {
            $0.transaction.command.content.terminal.idTerminal == terminal && $0.transaction.id != post.transaction.id
                && rows.tables[$0.transaction.id]?.has($0.result) == true
                && $0.transaction.command.content.account == post.transaction.command.content.account
        }
        guard let last = others.last else { return nil }
        let isThin = theme == .accounts && Bool.random(using: &random)
        let told = isThin ? last.result.thin : last.result
        try hear(.finished(post.transaction, idPosTxs: post.number, told), post.transaction.id)
        return nil
    }

    mutating func hear(_ answer: CloudAnswer, _ id: TransactionID) throws {
        let source: EvidenceSource = Bool.random(using: &random) ? .callback : .query
        _ = try take(.evidence(Evidence(source: source, answer: answer, receivedAt: now)), id)
    }

    /// Time passes for the POSTs: their life ends, and the bridge reads the journals for all that is still open.
    mutating func lookAtTerminals() throws -> String? {
        now = now + rules.terminalLife
        endStays()
        for id in rows.tables.order {
            guard let transaction = rows.tables[id] else { continue }
            if case .submitting = transaction.state { _ = try take(.recovered, id) }
            guard [.submitted, .inDoubt].contains(transaction.state), !transaction.stay.isLifeOver else { continue }
            _ = try take(.lifeEnded, id)
        }
        for (account, terminal) in accounts.flatMap({ account in Self.terminals.map { (account.name, $0) } }) {
            let rows = payments.filter {
                $0.transaction.command.content.terminal.idTerminal == terminal.idTerminal
                    && $0.transaction.effect == .sale
            }.map { JournalRow(result: $0.result, instants: [$0.at]) }
            let reading = JournalReading(
                terminal: terminal.idTerminal,
                account: account,
                rows: rows,
                isComplete: true,
                readAt: now
            )
            _ = try self.rows.write { try ledger.apply(reading) }
        }
        for id in rows.tables.order {
            guard let transaction = rows.tables[id], transaction.isInLane, transaction.stay.isLifeOver
            else {
                continue
            }
            _ = try take(.journalClosed, id)
        }
        return nil
    }

    /// Customers whose time has come pay or leave.
    mutating func endStays() {
        for (id, post) in posts.sorted(by: { $0.key < $1.key }) where !post.isOver && post.endsAt <= now {
            posts[id]?.isOver = true
            guard post.pays else { continue }
            let receipt = Int64(100 + payments.count)
            var result =
                CloudAnswer.approved(post.transaction, idPosTxs: post.number, receipt: receipt).result
                ?? TerminalResult()
            result.amount = post.transaction.amount?.value ?? post.transaction.original?.amount.value
            // Without it nothing in a list names the sale.
            if theme == .accounts, Bool.random(using: &random) { result.ticket = nil }
            let local = post.endsAt - .seconds(10_800)
            result.localTime = String(local.description.prefix(19)).replacing("T", with: " ")
            payments.append(
                Payment(transaction: post.transaction, result: result, number: post.number, at: post.endsAt)
            )
        }
    }
}

extension Transaction {
    /// Whether it is paid by a result, or has it against its final status.
    fileprivate func has(_ result: TerminalResult) -> Bool {
        state == .approved
            || contradictions.known.contains { contradiction in
                [.paidAfterAll, .secondPayment].contains(contradiction.code)
                    && contradiction.payment.operationID == result.operationID
            }
    }
}

extension TerminalResult {
    /// The same result in a layout that leaves out receipt and time, so that it claims nothing.
    fileprivate var thin: TerminalResult {
        var thin = self
        (thin.operationID, thin.transToken, thin.localTime, thin.utcOffset) = (nil, nil, nil, nil)
        return thin
    }
}
