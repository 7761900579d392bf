// SPDX-License-Identifier: Apache-2.0

/// What is read from the terminals' journals.
///
/// Source: docs/getnet.md 9.1 to 9.3.
extension CloudState {
    /// How far the ids of reads are from those of sales.
    static let readIDDistance = 1_000_000_000

    /// Decides everything about a read of a journal whose request is in order.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - now: the moment.
    /// - Returns: the decision, which is in the ledger already.
    mutating func read(_ request: JournalRequest, at now: Duration) -> TakenRead {
        settle(until: now)
        let key = Terminal.key(request.terminal.idTerminal)
        if let refusal = registryRefusal(of: request.terminal, key, terminals[key], at: now) {
            return refuse(request, refusal, at: now)
        }
        if let refusal = terminals[key]?.refusal(at: now, pace: pace) {
            return refuse(request, refusal, occupant: terminals[key]?.occupant(at: now), at: now)
        }
        switch nextFault(of: request, key) {
        case .journalBusy: return refuse(request, .busy15Seconds, at: now)
        case .journalServerError:
            return note(taken(request, fault: .journalServerError, finishesAt: now, at: now), endedAt: now, at: now)
        case let fault: return start(request, key, fault, at: now)
        }
    }

    /// What the next read at a terminal meets.
    private mutating func nextFault(of request: JournalRequest, _ key: String) -> Fault? {
        if terminals[key] == nil { terminals[key] = newTerminal(request.terminal) }
        terminals[key]?.identity = request.terminal
        terminals[key]?.reads += 1
        if let scripted = terminals[key]?.takeScripted() { return scripted }
        let drawn = dice.fault(ofReadAt: key, number: terminals[key]?.reads ?? 1)
        return drawn?.strikes(request.command) == true ? drawn : nil
    }

    private mutating func start(
        _ request: JournalRequest,
        _ key: String,
        _ fault: Fault?,
        at now: Duration
    ) -> TakenRead {
        let duration = fault == .journalTimeout ? pace.responseWindow : pace.reading
        terminals[key]?.start(.journal, at: now, for: duration, pace: pace)
        let content = fault == .journalTimeout ? nil : content(for: request, key)
        let taken = taken(request, fault: fault, content: content, finishesAt: now + duration, at: now)
        let endedAt: Duration =
            switch fault {
            case .journalReset: now
            case .journalNoAnswer: taken.givenUpAt
            default: taken.finishesAt
            }
        return note(taken, endedAt: endedAt, at: now)
    }

    private func content(for request: JournalRequest, _ key: String) -> JournalContent {
        let terminal = terminals[key]
        switch request.command {
        case .details:
            let rows = terminal?.batch ?? []
            guard configuration.voidedRows == .absent, let voided = terminal?.voided, !voided.isEmpty else {
                return .rows(rows)
            }
            return .rows(rows.filter { !voided.contains($0.operationID) })
        case .lastVoucher:
            let voucher = terminal?.lastVoucher
            return .voucher(voucher, voucher?.idPosTxs.flatMap { sale($0)?.facts })
        case .getTransaction:
            guard let id = request.idPosTxs else { return .transaction(nil) }
            if let command = movement(id, at: key), command.batch == terminal?.batchNumber { return .movement(command) }
            guard let sale = sale(id) else { return .transaction(nil) }
            let isOfBatch =
                Terminal.key(sale.facts.request.terminal.idTerminal) == key && sale.batch == terminal?.batchNumber
            return .transaction(isOfBatch ? sale : nil)
        }
    }

    /// The void or refund of a terminal that has an id.
    private func movement(_ idPosTxs: Int, at key: String) -> StartedCommand? {
        guard let command = ledger.commands[idPosTxs - firstID - Self.commandIDDistance]?.started else { return nil }
        let request = command.facts.request
        return request.command.movesMoney && Terminal.key(request.terminal.idTerminal) == key ? command : nil
    }

    // MARK: - Ledger

    private mutating func refuse(
        _ request: JournalRequest,
        _ refusal: CloudMessage,
        occupant: Terminal.Occupant? = nil,
        at now: Duration
    ) -> TakenRead {
        note(taken(request, refusal: refusal, finishesAt: now, at: now), occupant: occupant, endedAt: now, at: now)
    }

    private func taken(
        _ request: JournalRequest,
        refusal: CloudMessage? = nil,
        fault: Fault? = nil,
        content: JournalContent? = nil,
        finishesAt: Duration,
        at now: Duration
    ) -> TakenRead {
        let number = ledger.journal.nextNumber
        return TakenRead(
            number: number,
            idPosTxs: firstID + Self.readIDDistance + number,
            request: request,
            refusal: refusal,
            fault: fault,
            finishesAt: finishesAt,
            givenUpAt: now + pace.life,
            content: content,
            clock: clock
        )
    }

    private mutating func note(
        _ taken: TakenRead,
        occupant: Terminal.Occupant? = nil,
        endedAt: Duration,
        at now: Duration
    ) -> TakenRead {
        let request = taken.request
        ledger.note(
            JournalRead(
                number: taken.number,
                command: request.command,
                terminal: LedgerEntry.Terminal(request.terminal),
                idPosTxs: request.idPosTxs,
                customID: request.customID,
                webhook: request.webhook,
                startedAt: clock.date(now),
                endedAt: clock.date(endedAt),
                ending: taken.ending,
                foundBusyWith: occupant?.rawValue,
                rows: taken.content?.receipts ?? [],
                callbacks: []
            )
        )
        return taken
    }
}
