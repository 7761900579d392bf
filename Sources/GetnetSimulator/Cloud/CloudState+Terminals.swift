// SPDX-License-Identifier: Apache-2.0

/// What happens at terminals without the cloud.
extension CloudState {
    /// A terminal that was never heard of.
    func newTerminal(_ identity: TerminalIdentity) -> Terminal {
        Terminal(identity: identity, script: configuration.journalScript)
    }

    /// What the cloud says about a terminal that it does not know or cannot reach.
    func registryRefusal(
        of terminal: TerminalIdentity,
        _ key: String,
        _ seen: Terminal?,
        at now: Duration
    ) -> CloudMessage? {
        if terminal == .ofOtherMerchant { return .wrongMerchant }
        let isKnown = configuration.knownTerminals?.contains(terminal) ?? (terminal != .unknown)
        if !isKnown || (seen == nil && terminals.count >= Self.maximumTerminals) { return .keyPosNotFound }
        return offline.contains(key) || now < seen?.offlineUntil ?? .zero ? .notResponding : nil
    }

    /// Lets the cloud lose, or find, a terminal.
    mutating func setOffline(_ isOffline: Bool, idTerminal: String) {
        let key = Terminal.key(idTerminal)
        if isOffline {
            offline.insert(key)
        } else {
            offline.remove(key)
            terminals[key]?.offlineUntil = .zero
        }
    }

    /// Lets a customer pay at a terminal itself, as soon as it is free.
    ///
    /// - Parameters:
    ///   - amount: what is paid, in minor units.
    ///   - idTerminal: where; a terminal that no command came to yet has the branch of the documentation.
    ///   - now: the moment.
    /// - Returns: the sale, which is in the ledger already; nothing if there are too many terminals.
    mutating func sellAtTerminal(_ amount: Int, idTerminal: String, at now: Duration) -> TerminalSale? {
        settle(until: now)
        let key = Terminal.key(idTerminal)
        guard terminals[key] != nil || terminals.count < Self.maximumTerminals else { return nil }
        if terminals[key] == nil { terminals[key] = newTerminal(.unseen(key)) }
        return sellAtTerminal(amount, key, cause: "control", after: nil, at: now)
    }

    private mutating func sellAtTerminal(
        _ amount: Int,
        _ key: String,
        cause: String,
        after post: Int?,
        at now: Duration
    ) -> TerminalSale? {
        guard let (receipt, finishesAt) = terminals[key]?.startOwnSale(at: now, for: pace.think) else { return nil }
        let number = ledger.terminalSales.nextNumber
        let row = JournalRow(
            idPosTxs: nil,
            payment: 1,
            operationID: receipt,
            amount: amount,
            ticketNumber: nil,
            finishedAt: finishesAt,
            seed: ~configuration.seed &* 0x9FB2_1C65_1E98_DF25 &+ UInt64(number)
        )
        let facts = row.facts(at: .unseen(key), clock.time(finishesAt, at: key))
        let payment = LedgerEntry.Payment(
            authorizationCode: facts.authorizationCode(payment: 1),
            operationID: receipt,
            amount: amount,
            paidAt: clock.date(finishesAt),
            terminalTime: facts.terminalTime.text
        )
        let sale = TerminalSale(number: number, idTerminal: key, payment: payment, cause: cause, after: post)
        ledger.note(sale)
        payments.add(
            KnownPayment(
                source: .terminalSale(number),
                terminal: key,
                batch: terminals[key]?.batchNumber ?? 0,
                operationID: receipt,
                authorizationCode: payment.authorizationCode,
                amount: amount,
                finishedAt: finishesAt,
                day: String(facts.terminalTime.text.prefix(10)),
                key: "\(key) \(receipt)"
            )
        )
        remember([row], key, after: post, at: now)
        return sale
    }

    /// Lets a cashier take a payment of the open batch back at the terminal itself.
    ///
    /// - Parameters:
    ///   - operationID: its receipt.
    ///   - idTerminal: where.
    ///   - now: the moment.
    /// - Returns: whether there was something to take back.
    mutating func voidAtTerminal(_ operationID: Int, idTerminal: String, at now: Duration) -> Bool {
        settle(until: now)
        let key = Terminal.key(idTerminal)
        guard let batch = terminals[key]?.batchNumber,
            let number = payments.number(terminal: key, batch: batch, operationID: operationID),
            let payment = payments[number], payment.left == payment.amount
        else { return false }
        payments.update(number) { $0.voided += payment.amount }
        ledger.takeBack(payment, voided: payment.amount)
        terminals[key]?.void(operationID, at: now)
        return true
    }

    /// Closes the batch of a terminal as soon as it is free: its journal is empty then, receipts begin with 1.
    ///
    /// - Parameters:
    ///   - idTerminal: which terminal.
    ///   - now: the moment.
    /// - Returns: the close, which is in the ledger already; nothing if no command ever came to this terminal.
    mutating func closeBatch(idTerminal: String, at now: Duration) -> BatchClose? {
        settle(until: now)
        return closeBatch(Terminal.key(idTerminal), cause: "control", after: nil, at: now)
    }

    /// Closes a batch, and says why.
    mutating func closeBatch(_ key: String, cause: String, after post: Int?, at now: Duration) -> BatchClose? {
        guard let freeAt = terminals[key]?.freeAt, let payments = terminals[key]?.closeBatch() else { return nil }
        let close = BatchClose(
            number: ledger.batchCloses.nextNumber,
            idTerminal: key,
            closedAt: clock.date(max(now, freeAt)),
            payments: payments,
            cause: cause,
            after: post
        )
        ledger.note(close)
        return close
    }

    /// Lets a terminal remember payments, and close its batch if that holds all that fits.
    mutating func remember(_ rows: [JournalRow], _ key: String, after post: Int?, at now: Duration) {
        guard let count = terminals[key]?.remember(rows), count >= configuration.batchLimit else { return }
        _ = closeBatch(key, cause: "limit", after: post, at: now)
    }

    /// Lets the next reads of a journal end badly.
    ///
    /// - Returns: whether there was room, and the fault is one of reads.
    mutating func script(_ fault: Fault, times: Int, idTerminal: String) -> Bool {
        let key = Terminal.key(idTerminal)
        guard fault.group == .journal, terminals[key] != nil || terminals.count < Self.maximumTerminals else {
            return false
        }
        if terminals[key] == nil { terminals[key] = newTerminal(.unseen(key)) }
        return terminals[key]?.addToScript(fault, times: times) ?? false
    }

    /// Says which scenario the next command at a terminal has.
    ///
    /// - Returns: whether there was room.
    mutating func script(_ scenario: Int, idTerminal: String) -> Bool {
        let key = Terminal.key(idTerminal)
        guard terminals[key] != nil || terminals.count < Self.maximumTerminals else { return false }
        if terminals[key] == nil { terminals[key] = newTerminal(.unseen(key)) }
        return terminals[key]?.addToCommandScript(scenario) ?? false
    }

    // MARK: - Faults

    /// Does what faults do at the terminal besides the command.
    ///
    /// - Parameters:
    ///   - faults: those that struck.
    ///   - draw: what they were drawn for.
    ///   - terminal: where.
    ///   - amount: that of the command, in minor units.
    ///   - post: its number if it is a sale.
    ///   - now: the moment.
    mutating func strike(
        _ faults: Set<Fault>,
        _ draw: Draw,
        _ terminal: TerminalIdentity,
        amount: Int,
        after post: Int?,
        at now: Duration
    ) {
        guard !faults.isDisjoint(with: [.offline, .terminalSale, .batchCloses]) else { return }
        let key = Terminal.key(terminal.idTerminal)
        if terminals[key] == nil { terminals[key] = newTerminal(terminal) }
        if faults.contains(.offline) { terminals[key]?.offlineUntil = now + pace.offline }
        if faults.contains(.terminalSale) {
            let drawn = 1_000 + Int(dice.number("amount", draw.key, draw.attempt) % 99_000)
            // One amount more, so that no reader can take the row for that of the sale.
            let other = drawn == amount ? drawn + 1 : drawn
            _ = sellAtTerminal(other, key, cause: "fault", after: post, at: now)
        }
        if faults.contains(.batchCloses) { _ = closeBatch(key, cause: "fault", after: post, at: now) }
    }
}

extension TerminalIdentity {
    /// A terminal that no command came to yet.
    fileprivate static func unseen(_ idTerminal: String) -> TerminalIdentity {
        TerminalIdentity(idTerminal: idTerminal, idSucursal: documented.idSucursal, serialNumber: "")
    }
}
