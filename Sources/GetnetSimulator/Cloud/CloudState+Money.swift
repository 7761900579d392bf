// SPDX-License-Identifier: Apache-2.0

/// Money that is taken back.
///
/// Source: docs/getnet.md 10.3 (only a sale of the open batch), 10.4 (partial refunds).
extension CloudState {
    /// The payment that a void or refund is about.
    ///
    /// - Parameters:
    ///   - request: the command.
    ///   - key: its terminal.
    ///   - now: the moment.
    /// - Returns: its number in the book of payments.
    func original(of request: CommandRequest, _ key: String, at now: Duration) -> Int? {
        switch request.command {
        case .void:
            guard let terminal = terminals[key], let receipt = request.operationID else { return nil }
            return payments.number(terminal: key, batch: terminal.batchNumber, operationID: receipt)
        case .refund:
            guard let code = request.authorizationCode else { return nil }
            let found = payments.numbers(
                authorizationCode: code,
                terminal: key,
                day: request.originalDate,
                at: now
            )
            return found.first { payments[$0].map { $0.left >= request.amount ?? 0 } ?? false } ?? found.first
        case .close, .totals, .poll, .normalMode, .duplicate, .parameters, .cancelSale, .print, .biometrics,
            .promotionSale, .mode, .shift, .shiftReport:
            return nil
        }
    }

    /// Why a terminal cannot do what is asked.
    ///
    /// - Parameters:
    ///   - request: the command.
    ///   - plan: what is to happen.
    ///   - original: the payment that it is about.
    /// - Returns: the reason, if there is one.
    func obstacle(to request: CommandRequest, _ plan: SalePlan, _ original: Int?) -> Decline? {
        switch request.command {
        case .void:
            guard let payment = original.flatMap({ payments[$0] }) else { return .originalNotFound }
            return payment.left < payment.amount ? .nothingToTakeBack : nil
        case .refund:
            guard let payment = original.flatMap({ payments[$0] }) else { return .originalNotFound }
            let isAbove = refunded(by: request, plan).reduce(0, +) > payment.left
            return configuration.capsRefunds && isAbove ? .aboveWhatIsLeft : nil
        case .duplicate:
            let batch = terminals[Terminal.key(request.terminal.idTerminal)]?.batch ?? []
            return batch.contains { $0.operationID == request.operationID } ? nil : .originalNotFound
        case .close, .totals, .poll, .normalMode, .parameters, .cancelSale, .print, .biometrics, .promotionSale,
            .mode, .shift, .shiftReport:
            return nil
        }
    }

    /// Takes money back.
    ///
    /// - Parameters:
    ///   - request: the void or refund.
    ///   - started: what the terminal does.
    ///   - original: the payment that it is about.
    ///   - key: its terminal.
    ///   - now: the moment.
    /// - Returns: what moved.
    mutating func move(
        _ request: CommandRequest,
        _ started: StartedCommand,
        _ original: Int?,
        _ key: String,
        at now: Duration
    ) -> MoneyMovement {
        guard started.plan.isDone, let original, let payment = payments[original] else { return MoneyMovement() }
        let finishesAt = now + (started.plan.run?.finishesAfter ?? .zero)
        switch started.facts.content {
        case .void:
            payments.update(original) { $0.voided += payment.amount }
            ledger.takeBack(payment, voided: payment.amount)
            terminals[key]?.void(payment.operationID, at: finishesAt)
            return MoneyMovement(amount: payment.amount)
        case .refund(let receipt):
            let amounts = refunded(by: request, started.plan)
            for (index, amount) in amounts.enumerated() {
                payments.update(original) { $0.refunded += amount }
                ledger.takeBack(payment, refunded: amount)
                terminals[key]?.giveBack(
                    amount,
                    receipt: receipt + index,
                    movement: index + 1,
                    at: finishesAt,
                    seed: started.facts.seed
                )
            }
            let refunds = amounts.enumerated().map { index, amount in
                LedgerEntry.Payment(
                    authorizationCode: started.facts.authorizationCode(movement: index + 1),
                    operationID: receipt + index,
                    amount: amount,
                    paidAt: clock.date(finishesAt),
                    terminalTime: started.facts.terminalTime.text
                )
            }
            return MoneyMovement(amount: amounts.reduce(0, +), refunds: refunds)
        case .nothing, .success, .connected, .totals, .voucher, .parameters: return MoneyMovement()
        }
    }

    /// What a refund gives back: some scenarios do so twice, or one unit more.
    private func refunded(by request: CommandRequest, _ plan: SalePlan) -> [Int] {
        guard let outcome = plan.run?.outcome else { return [] }
        let extra = if case .paid(let extra) = outcome { extra } else { 0 }
        return Array(repeating: (request.amount ?? 0) + extra, count: outcome.payments)
    }
}
