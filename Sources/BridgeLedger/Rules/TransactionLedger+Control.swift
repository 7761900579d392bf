// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What the control queue asks of the store.
extension TransactionLedger {
    /// Cancels what was not sent, or lets the terminal be told.
    ///
    /// The write transaction is the compare-and-set against a submitter that is about to send it.
    package func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp
    ) throws -> Cancellation {
        if try repeatRefusal(of: message, at: instant) { return .refusedBefore }
        guard let stored = try rows.transaction(request.original, account: request.account) else {
            return try refuse(request.rejection(Self.unknownTransaction), of: message, at: instant)
        }
        guard let transition = try apply(.cancel, to: stored.id, at: instant) else {
            preconditionFailure("a transaction that was read is gone")
        }
        if transition.finding == .refused {
            let fault = stored.state.isFinal ? Self.alreadyFinal : Self.mayHaveLeft
            return try refuse(request.rejection(fault, becauseOf: stored), of: message, at: instant)
        }
        let latest = try rows.latestEvent(of: stored.id)?.addressed(to: message.address)
        if transition.finding == .agreed { return .repeated(latest: latest) }
        return .cancelled(transition, latest: latest)
    }

    private func refuse(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) throws -> Cancellation {
        try reject(rejection, of: message, at: instant)
        return .refused(rejection)
    }

    private static var unknownTransaction: CommandFault {
        CommandFault("original", .unknownTransaction, "there is no such transaction")
    }

    private static var alreadyFinal: CommandFault {
        CommandFault("original", .alreadyFinal, "the transaction is final")
    }

    private static var mayHaveLeft: CommandFault {
        CommandFault("original", .notPossible, "it may be at the terminal, which cannot be told to end it now")
    }
}

extension StoreRows {
    /// The transaction that a control message is about; none of an account that it does not name.
    func transaction(_ original: ControlRequest.Original, account: String?) throws -> Transaction? {
        switch original {
        case .transaction(let id):
            let found = try transaction(id)
            return account == nil || found?.command.content.account == account ? found : nil
        case .command(let commandID): return try account.flatMap { try transaction(ofCommand: commandID, account: $0) }
        }
    }
}

extension OutboundEvent {
    /// The same event for another address.
    package func addressed(to address: ReplyAddress) -> OutboundEvent {
        var event = self
        event.address = address
        return event
    }
}
