// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The store's rules: what an input reads, decides and writes, with any engine.
///
/// Every method is one change: it runs within an open write transaction and is undone as a whole if it throws. A change
/// may be run a second time after it was undone, so it keeps nothing.
package struct TransactionLedger<Rows: StoreRows> {
    /// The rows of the open write transaction.
    package let rows: Rows
    let rules: StoreRules

    /// A ledger over an engine's rows.
    package init(rows: Rows, rules: StoreRules) {
        self.rows = rows
        self.rules = rules
    }

    // MARK: - Commands

    /// Makes a command's transaction, finds it, or refuses the command.
    ///
    /// Source: docs/promises.md 2.2 to 2.4, 2.10.
    package func accept(_ candidate: Transaction, from message: CommandMessage) throws -> Acceptance {
        let command = candidate.command
        try rows.lock(.command(command.commandID))
        if let known = try known(command) {
            let names = known.command.content.differences(from: command.content)
            let differences = command.namesAccount ? names : names.filter { $0 != "account" }
            guard differences.isEmpty else {
                return try refuse(candidate, from: message, becauseOf: known, differences, Self.idempotencyConflict)
            }
            return try acceptAgain(known, from: message, at: candidate.acceptedAt)
        }
        if try repeatRefusal(of: message, at: candidate.acceptedAt) { return .refusedBefore }
        if let holder = try holderOfReference(of: candidate) {
            let differences = holder.command.content.differences(from: command.content)
            return try refuse(candidate, from: message, becauseOf: holder, differences, Self.referenceInUse)
        }
        var candidate = candidate
        switch try original(of: candidate) {
        case .none: break
        case .sale(let original): candidate.original = original
        case .refused(let refusal): return try refuse(candidate, from: message, refusal)
        }
        try rows.lock(.lane(of: candidate))
        let lane = try rows.lane(of: command.content.terminal.idTerminal, account: command.content.account)
        var transition = TransactionMachine.accept(candidate, behind: lane, rules: rules.transactionRules)
        transition.transaction.place = try rows.insert(transition.transaction)
        try append(transition.events, at: candidate.acceptedAt)
        return .created(transition)
    }

    /// The transaction that a command has already.
    ///
    /// Its id is unique in one account. Where the publisher named none, the registry of terminals may have named
    /// another account when it was taken.
    private func known(_ command: Command) throws -> Transaction? {
        let account = command.content.account
        if let known = try rows.transaction(ofCommand: command.commandID, account: account) { return known }
        guard !command.namesAccount else { return nil }
        for other in rules.accounts.all where other.name != account {
            if let known = try rows.transaction(ofCommand: command.commandID, account: other.name) { return known }
        }
        return nil
    }

    /// The transaction that has a candidate's reference, where only one may have it.
    private func holderOfReference(of candidate: Transaction) throws -> Transaction? {
        let content = candidate.command.content
        guard !rules.allowRepeatedReference, candidate.effect.movesMoney, let reference = content.reference else {
            return nil
        }
        try rows.lock(.reference(reference, account: content.account))
        return try rows.transaction(holding: reference, account: content.account)
    }

    /// A delivery of a command that was taken before: its address is the one that counts from now on.
    private func acceptAgain(
        _ known: Transaction,
        from message: CommandMessage,
        at instant: Timestamp
    ) throws -> Acceptance {
        var transaction = known
        if message.address.replyTo != nil || message.address.correlationID != nil {
            transaction.address = message.address
        }
        if transaction != known { try rows.update(transaction, from: known, at: instant) }
        let latest = try rows.latestEvent(of: known.id)
        return .repeated(transaction, latest: latest?.addressed(to: message.address))
    }

    private static var idempotencyConflict: CommandFault {
        CommandFault("commandId", .idempotencyConflict, "another command has this id")
    }

    private static var referenceInUse: CommandFault {
        CommandFault(
            "reference",
            .referenceInUse,
            "a transaction with this reference is unfinished, in doubt or approved"
        )
    }

    private func refuse(
        _ candidate: Transaction,
        from message: CommandMessage,
        becauseOf other: Transaction,
        _ differences: [String],
        _ fault: CommandFault
    ) throws -> Acceptance {
        let conflict = CommandRejection.Conflict(
            transactionID: other.id,
            status: other.status,
            differs: differences
        )
        return try refuse(candidate, from: message, OriginalRefusal(fault: fault, conflict: conflict))
    }

    private func refuse(
        _ candidate: Transaction,
        from message: CommandMessage,
        _ refusal: OriginalRefusal
    ) throws -> Acceptance {
        let rejection = CommandRejection(
            faults: [refusal.fault],
            commandID: candidate.command.commandID,
            type: candidate.command.content.type.rawValue,
            account: candidate.command.content.account,
            metadata: candidate.command.metadata,
            conflict: refusal.conflict
        )
        return .refused(rejection, try reject(rejection, of: message, at: candidate.acceptedAt))
    }

    /// Tells the rejection of a message once more if it was refused before, even if something has changed since.
    ///
    /// A message is delivered again where its acknowledgement was lost. Its publisher was told that it is refused, so
    /// it must never take effect.
    func repeatRefusal(of message: CommandMessage, at instant: Timestamp) throws -> Bool {
        try rows.lock(.message(message.fingerprint))
        guard let event = try rows.refusal(of: message.fingerprint) else { return false }
        try rows.append(.event(event.addressed(to: message.address)), of: nil, at: instant)
        return true
    }

    /// Appends the rejection event and the dead letter of a message that was not taken.
    ///
    /// The rejection names the command's transaction, if there is one: "rejected" alone would say that nothing runs.
    @discardableResult
    package func reject(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) throws -> OutboundEvent {
        var rejection = rejection
        if rejection.conflict == nil, let known = try transaction(ofRejected: rejection) {
            rejection.conflict = CommandRejection.Conflict(transactionID: known.id, status: known.status, differs: nil)
        }
        let (event, deadLetter) = rules.events.rejection(rejection, of: message, at: instant)
        try rows.append(.event(event), of: nil, at: instant)
        try rows.noteRefusal(of: message.fingerprint)
        try rows.append(.deadLetter(deadLetter), of: nil, at: instant)
        return event
    }

    /// The transaction of a command that is refused, in any account.
    private func transaction(ofRejected rejection: CommandRejection) throws -> Transaction? {
        // A control message names the transaction of another message. A command may tell its type in the routing key
        // alone.
        guard let id = rejection.commandID, !rejection.isControl else { return nil }
        let all = rules.accounts.all.map(\.name)
        // Where key and content name two accounts, neither of them need be the one that has the command.
        let isOfTwo = rejection.faults.contains { $0.code == .accountMismatch }
        let accounts = isOfTwo ? all : rejection.account.map { [$0] } ?? all
        for account in accounts {
            if let known = try rows.transaction(ofCommand: id, account: account) { return known }
        }
        return nil
    }

    // MARK: - Inputs

    /// Applies an input to a transaction and writes what changed; writes nothing where nothing did.
    package func apply(_ input: TransactionInput, to id: TransactionID, at instant: Timestamp) throws -> Transition? {
        guard let stored = try rows.transaction(id) else { return nil }
        if input == .submissionStarted, try !holdsLane(stored) { return Transition(refusing: stored) }
        var withheld: Transition?
        if input == .submissionStarted, try exceedsRemaining(stored) {
            withheld = TransactionMachine.withhold(stored, at: instant, rules: rules.transactionRules)
        }
        var rival = try withheld == nil ? claimant(against: stored, input, at: instant) : Rival()
        var transition =
            withheld
            ?? TransactionMachine.apply(
                input,
                to: stored,
                at: instant,
                rules: rules.transactionRules,
                claimant: rival.claimant
            )
        if let former = rival.former, transition.transaction.idPosTxs == former.idPosTxs {
            rival.former?.idPosTxs = nil
            if let relieved = rival.former { try rows.update(relieved, from: former, at: instant) }
            transition.formerOwner = former.id
        }
        // A command that enters the lane meanwhile finds it free, or is found by the search for the next one after this
        // commit.
        if stored.isInLane != transition.transaction.isInLane { try rows.lock(.lane(of: stored)) }
        if transition.transaction != stored { try rows.update(transition.transaction, from: stored, at: instant) }
        if let piece = piece(of: input, transition, at: instant) { try rows.append(piece, to: id) }
        if let step = TransactionMachine.step(of: input, from: stored, to: transition, at: instant) {
            try rows.append(step, to: id)
        }
        try append(transition.events, at: instant)
        if transition.amendsOriginal { try announceAmendments(of: transition.transaction, at: instant) }
        return transition
    }

    /// Whether no transaction with a smaller place stands in its lane; the last lock in front of a POST.
    private func holdsLane(_ transaction: Transaction) throws -> Bool {
        guard transaction.isInLane else { return false }
        let content = transaction.command.content
        try rows.lock(.lane(of: transaction))
        return try rows.lane(of: content.terminal.idTerminal, account: content.account)?.holder == transaction.id
    }

    /// Another transaction that has what the input would claim.
    ///
    /// Getnet's numbers may begin anew, as those of a test environment do. A number whose owner is final and old may go
    /// to an answer that has our name beside it.
    private func claimant(
        against transaction: Transaction,
        _ input: TransactionInput,
        at instant: Timestamp
    ) throws -> Rival {
        var rival = Rival()
        for claim in TransactionMachine.claims(of: input, for: transaction) {
            let account = transaction.command.content.account
            try rows.lock(LedgerLock(claim, account: account))
            let owner =
                try rows.owner(of: claim, account: account) ?? contradicted(by: claim, besides: transaction, input)
            guard let owner, owner != transaction.id else { continue }
            guard case .idPosTxs = claim, input.namesTransaction(transaction.id),
                let stored = try rows.transaction(owner),
                stored.mayGiveUpNumber(at: instant, rules.transactionRules)
            else {
                rival.claimant = owner
                return rival
            }
            rival.former = stored
        }
        rival.claimant = try ownerByAuthorization(besides: transaction, input)
        return rival
    }

    /// Another transaction that has the payment which an input tells of, where one of the two reports is too thin for a
    /// claim: it leaves out the receipt's number or its time.
    private func ownerByAuthorization(
        besides transaction: Transaction,
        _ input: TransactionInput
    ) throws -> TransactionID? {
        guard let payment = TransactionMachine.payment(toldBy: input, of: transaction),
            let key = payment.authorizationCode.map(Spelling.key), !key.isEmpty
        else { return nil }
        // Zeros alone authorize nothing, so that they do not tell two payments apart either.
        let content = transaction.command.content
        let terminal = content.terminal.idTerminal
        try rows.lock(LedgerLock(saleAuthorizedBy: key, at: terminal, account: content.account))
        func isOwner(_ other: Transaction) -> Bool {
            other.id != transaction.id && other.mayHave(payment, toldOf: transaction)
        }
        let paid = try rows.paidSales(at: terminal, account: content.account, authorizedBy: key)
        return try paid.first(where: isOwner)?.id
            ?? contradicted(besides: transaction, input).first(where: isOwner)?.id
    }

    /// Another transaction at the same terminal that has a payment against its final status: a payment that is claimed.
    ///
    /// A terminal that repeats its last receipt may repeat that one. A person may give the payment to the transaction
    /// it was for, once the contradiction is settled.
    private func contradicted(
        by claim: Claim,
        besides transaction: Transaction,
        _ input: TransactionInput
    ) throws -> TransactionID? {
        if case .idPosTxs = claim { return nil }
        return try contradicted(besides: transaction, input).first { $0.isContradicted(by: claim) }?.id
    }

    private func contradicted(besides transaction: Transaction, _ input: TransactionInput) throws -> [Transaction] {
        let isPersonsWord = if case .person = input.testimony { true } else { false }
        let content = transaction.command.content
        return try rows.contradicted(
            at: content.terminal.idTerminal,
            account: content.account,
            acceptedFrom: transaction.acceptedAt - Self.receiptMemory
        ).filter { $0.id != transaction.id && !(isPersonsWord && $0.contradictions.open == 0) }
    }

    /// How old a receipt may be that a terminal repeats.
    private static var receiptMemory: Duration { .seconds(31 * 86_400) }

    /// The transactions that have what an input claims.
    private struct Rival {
        var claimant: TransactionID?
        /// The old, final owner of a number, which gives way if the number is taken.
        var former: Transaction?
    }

    /// The evidence in an input, with what became of it.
    private func piece(
        of input: TransactionInput,
        _ transition: Transition,
        at instant: Timestamp
    ) -> TransactionStory.Piece? {
        switch input.testimony {
        case .absence where transition.finding != .refused:
            // An absence in the journal is evidence too.
            return TransactionStory.Piece(
                source: .journal,
                finding: transition.finding ?? .undecided,
                masked: JSON.object([JSON.Member("fittingRows", .number(JSONNumber(0)))]).serialized,
                receivedAt: instant
            )
        case .person(let note, let decision):
            guard let finding = transition.finding, finding != .refused else { return nil }
            return TransactionStory.Piece(operator: finding, note, decision, at: instant)
        case .answer(let answer, let source, let receivedAt):
            return transition.finding.map { finding in
                TransactionStory.Piece(
                    source: source,
                    finding: finding,
                    masked: answer.masked,
                    receivedAt: receivedAt ?? instant
                )
            }
        case .number(let idPosTxs, _):
            // A second number, which stands nowhere else.
            return transition.finding.map { finding in
                TransactionStory.Piece(
                    source: .acknowledgement,
                    finding: finding,
                    masked: JSON.object([JSON.Member("idPosTxs", .string(idPosTxs))]).serialized,
                    receivedAt: instant
                )
            }
        case .absence, .batch, nil: return nil
        }
    }

    func append(_ drafts: [EventDraft], at instant: Timestamp) throws {
        for draft in drafts {
            let id = EventID(at: instant, random: rules.random())
            let event = rules.events.event(draft, id: id, at: instant)
            try rows.append(.event(event), of: draft.snapshot.id, at: instant)
        }
    }

    // MARK: - The rest

    /// Keeps a callback that is no evidence.
    package func quarantine(_ callback: QuarantinedCallback, announce: Bool) throws {
        try rows.append(callback)
        guard announce else { return }
        let id = EventID(at: callback.receivedAt, random: rules.random())
        let event = rules.events.unmatched(callback.answer, id: id, receivedAt: callback.receivedAt)
        try rows.append(.event(event), of: nil, at: callback.receivedAt)
    }

    /// Notes what became of outbox entries.
    package func settle(_ settlements: [Settlement]) throws {
        for settlement in settlements { try rows.settle(settlement) }
    }

    /// Writes a note that means nothing, to learn whether the store commits.
    package func probe(at instant: Timestamp) throws {
        try rows.set(.probedAt, to: instant.description)
    }
}
