// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import MemoryLedger
internal import TestSupport

/// Commands: new ones, repeated ones, and callers who think better of it.
extension Shop {
    mutating func command(_ new: (candidate: Transaction, message: CommandMessage)?) throws -> String? {
        guard let new else { return nil }
        messages.append(new)
        return try deliver(new)
    }

    private mutating func deliver(_ delivery: (candidate: Transaction, message: CommandMessage)) throws -> String? {
        let acceptance = try rows.write { try ledger.accept(delivery.candidate, from: delivery.message) }
        switch acceptance {
        case .created(let transition):
            steps.append(.accepted(transition.transaction.command.commandID))
            if refused.contains(delivery.message.fingerprint) { return "a refused message took effect" }
        case .repeated: break
        case .refused, .refusedBefore: refused.insert(delivery.message.fingerprint)
        }
        return nil
    }

    mutating func newCharge() -> (candidate: Transaction, message: CommandMessage)? {
        count += 1
        let terminal = Self.terminals.randomElement(using: &random) ?? .sample
        let acceptedAt = clockOfABridge()
        let candidate = Transaction.sample(
            count,
            account: someAccount(),
            amount: Int64.random(in: 1...3, using: &random) * 1_000,
            reference: "R\(Int.random(in: 1...8, using: &random))",
            terminal: terminal,
            acceptedAt: acceptedAt,
            lifetime: now - acceptedAt + Self.lifetime
        )
        return (candidate, message(candidate))
    }

    /// What the clock of the bridge says that takes a command: one of two, which name transactions by their clocks.
    private mutating func clockOfABridge() -> Timestamp {
        Bool.random(using: &random) ? now : now - Self.clockDifference
    }

    mutating func newRefund() -> (candidate: Transaction, message: CommandMessage)? {
        let sales = rows.tables.all { $0.effect == .sale }
        guard let sale = sales.randomElement(using: &random) else { return nil }
        count += 1
        let isVoid = Bool.random(using: &random)
        let terminal = sale.command.content.terminal
        let acceptedAt = clockOfABridge()
        let sample = Transaction.sample(
            count,
            type: isVoid ? .void : .refund,
            account: accounts.first { $0.name == sale.command.content.account } ?? .sample,
            amount: isVoid ? 0 : Int64.random(in: 1...3, using: &random) * 1_000,
            reference: "R\(100 + count)",
            terminal: terminal,
            acceptedAt: acceptedAt,
            lifetime: now - acceptedAt + Self.lifetime
        )
        var original = OriginalReference.transaction(sale.id)
        if let receipt = OriginalSale(sale)?.receipt, Bool.random(using: &random) { original = .receipt(receipt) }
        if Int.random(in: 0..<3, using: &random) == 0, let slip = Self.slips.randomElement(using: &random) {
            original = .receipt(slip)
        }
        let candidate = sample.about(original)
        return (candidate, message(candidate))
    }

    private func message(_ candidate: Transaction) -> CommandMessage {
        var message = CommandMessage.sample("{\"commandId\":\"\(candidate.command.commandID)\"}")
        message.messageID = candidate.command.commandID
        return message
    }

    /// The broker delivers a message again, or its publisher sends it again; each of them makes a new candidate.
    mutating func commandAgain() throws -> String? {
        guard let old = messages.randomElement(using: &random) else { return nil }
        count += 1
        var message = old.message
        // The publisher may send another message with the same command.
        if Int.random(in: 0..<3, using: &random) == 0 { message.messageID = "again-\(count)" }
        return try deliver((old.candidate.acceptedAgain(at: clockOfABridge(), number: count), message))
    }

    private mutating func someAccount() -> Account { accounts.randomElement(using: &random) ?? .sample }

    /// A caller cancels a command, in time or not.
    mutating func cancel() throws -> String? {
        guard let transaction = some(where: { !$0.state.isFinal }) else { return nil }
        _ = try take(.cancel, transaction.id)
        return nil
    }
}

extension Transaction {
    /// The same candidate about another sale.
    fileprivate func about(_ original: OriginalReference) -> Transaction {
        let content = command.content
        let changed = BridgeCore.Command.Content(
            type: content.type,
            account: content.account,
            terminal: content.terminal,
            amount: content.amount,
            reference: content.reference,
            original: original,
            options: content.options
        )
        return Transaction(
            id: id,
            command: BridgeCore.Command(
                commandID: command.commandID,
                content: changed,
                expiresAt: command.expiresAt,
                metadata: nil
            ),
            country: country,
            environment: environment,
            address: address,
            acceptedAt: acceptedAt
        )
    }

    /// What another delivery of the same message becomes.
    fileprivate func acceptedAgain(at now: Timestamp, number: Int) -> Transaction {
        Transaction(
            id: TransactionID(at: now, random: UInt128(number)),
            command: command,
            country: country,
            environment: environment,
            address: address,
            acceptedAt: now
        )
    }
}
