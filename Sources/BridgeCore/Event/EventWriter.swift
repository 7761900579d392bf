// SPDX-License-Identifier: Apache-2.0

/// Writes what happened as events: the data, the routing key, the name.
///
/// Source: docs/promises.md 1.5, 3.6.
public struct EventWriter: Sendable {
    let accounts: Accounts
    private let terminalLife: Duration

    /// A writer for accounts; the terminal's life tells by when a result is expected.
    public init(accounts: Accounts, terminalLife: Duration) {
        self.accounts = accounts
        self.terminalLife = terminalLife
    }

    /// The event of a draft.
    public func event(_ draft: EventDraft, id: EventID, at time: Timestamp) -> OutboundEvent {
        let transaction = draft.snapshot
        let content = transaction.command.content
        let name = draft.name
        return OutboundEvent(
            id: id,
            destination: EventDestination(
                name,
                country: transaction.country,
                account: content.account,
                branch: content.terminal.idSucursal,
                terminal: content.terminal.idTerminal
            ),
            subject: transaction.id.description,
            time: time,
            data: data(of: draft),
            causationID: transaction.command.commandID,
            address: transaction.address,
            mustBeRouted: name.kind != .transaction || transaction.status.isFinal || transaction.status == .inDoubt
        )
    }

    /// The rejection event and the dead letter of a message that was not taken.
    ///
    /// The same message gives the same event id.
    public func rejection(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at time: Timestamp
    ) -> (event: OutboundEvent, deadLetter: DeadLetter) {
        let id = EventID(hashing: [
            Array(message.exchange.utf8), Array(message.routingKey.utf8), message.body,
            Array(String(message.fullSize).utf8), Array((message.address.correlationID ?? "").utf8),
            rejection.conflict.map { Array($0.transactionID.description.utf8) } ?? [],
        ])
        let event = OutboundEvent(
            id: id,
            destination: EventDestination(.rejected, of: account(rejection.account)),
            subject: nil,
            time: time,
            data: data(of: rejection, message),
            causationID: rejection.commandID,
            address: message.address.withoutOwnQueue(rejection),
            mustBeRouted: true
        )
        return (event, deadLetter(rejection, of: message, eventID: id, at: time))
    }

    /// The account of an event that belongs to no transaction; `nil` where it is not known.
    func account(_ name: String?) -> Account? { name.flatMap { accounts[$0] } ?? accounts.only }

    /// The event of an authentic callback whose transaction the store does not have.
    public func unmatched(_ answer: CloudAnswer?, id: EventID, receivedAt: Timestamp) -> OutboundEvent {
        var writer = JSONWriter(reserving: 160)
        writer.object { data in
            data.member("idPosTxs", answer?.idPosTxs)
            data.member("customId", answer?.customID)
            data.member("receivedAt", receivedAt.description)
        }
        return OutboundEvent(
            id: id,
            destination: EventDestination(.unmatched, of: account(nil)),
            subject: nil,
            time: receivedAt,
            data: writer.bytes,
            causationID: nil,
            address: ReplyAddress(),
            mustBeRouted: false
        )
    }

    private func deadLetter(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        eventID: EventID,
        at time: Timestamp
    ) -> DeadLetter {
        let isWhole =
            message.body.count == message.fullSize && !rejection.faults.contains { $0.code == .bodyTooLarge }
        var faults = JSONWriter(reserving: 256)
        faults.array { list in
            for fault in rejection.faults where list.bytes.count < DeadLetter.faultsLimit { list.write(fault) }
        }
        // The properties of a dead letter are the bridge's own; who sent the message is asked first.
        var kept = message.headersToKeep
        kept["getnet-app-id"] = message.appID
        kept["getnet-user-id"] = message.userID
        let ours = [
            "getnet-reason": rejection.faults.first?.code.rawValue ?? CommandFault.Code.invalidFormat.rawValue,
            "getnet-detail": rejection.faults.first?.message ?? "",
            "getnet-faults": String(decoding: faults.bytes, as: UTF8.self),
            "getnet-exchange": message.exchange,
            "getnet-routing-key": message.routingKey,
            "getnet-rejected-at": time.description,
            "getnet-event-id": eventID.description,
        ]
        return DeadLetter(
            eventID: eventID,
            exchange: message.exchange,
            routingKey: message.routingKey,
            body: isWhole ? message.body : Array(message.body.prefix(DeadLetter.keptBytes)),
            contentType: message.contentType,
            contentEncoding: message.contentEncoding,
            messageID: message.messageID,
            sentAt: message.timestamp,
            replyTo: message.address.replyTo,
            correlationID: message.address.correlationID,
            headers: kept.merging(ours) { $1 }
        )
    }

    private func data(of rejection: CommandRejection, _ message: CommandMessage) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { data in
            data.member("commandId", rejection.commandID)
            data.member("type", rejection.type)
            data.array("faults") { list in
                for fault in rejection.faults { list.write(fault) }
            }
            if let conflict = rejection.conflict {
                data.object("conflict") { member in
                    member.member("transactionId", conflict.transactionID.description)
                    member.member("status", conflict.status.rawValue)
                    member.member("final", conflict.status.isFinal)
                    if let differs = conflict.differs {
                        member.array("differs") { list in
                            for name in differs { list.value(name) }
                        }
                    }
                    if let remaining = conflict.remaining { member.write(remaining, "remaining") }
                }
            }
            if let metadata = rejection.metadata { data.member("metadata", rawJSON: metadata) }
            data.member("exchange", message.exchange)
            data.member("routingKey", message.routingKey)
        }
        return writer.bytes
    }

    /// A transaction as it stands, in the words of an event's data.
    public func document(of transaction: Transaction) -> [UInt8] {
        data(of: EventDraft(snapshot: transaction))
    }

    private func data(of draft: EventDraft) -> [UInt8] {
        let transaction = draft.snapshot
        let content = transaction.command.content
        var writer = JSONWriter(reserving: 1_200)
        writer.object { data in
            data.member("transactionId", transaction.id.description)
            data.member("commandId", transaction.command.commandID)
            data.member("type", content.type.rawValue)
            data.member("status", transaction.status.rawValue)
            data.member("final", transaction.status.isFinal)
            data.member("sequence", transaction.sequence)
            data.member("account", content.account)
            data.write(content.terminal)
            if let amount = transaction.amount { data.write(amount, "amount") }
            data.member("reference", content.reference)
            if let original = transaction.original { data.write(original) }
            if let reason = transaction.reason {
                data.write(
                    reason,
                    of: transaction,
                    behind: draft.occasion.lane,
                    said: draft.said,
                    isContradicted: !transaction.contradictions.known.isEmpty
                )
            }
            if transaction.status.isFinal, let result = transaction.result {
                let isOfSale = transaction.status == .approved || transaction.status == .completed
                data.write(result, isPaid: isOfSale, currency: transaction.currency)
                data.writeCard(of: result)
            }
            data.object("getnet") { getnet in
                getnet.member("idPosTxs", transaction.idPosTxs)
                getnet.member("country", transaction.country)
                getnet.member("environment", transaction.environment)
            }
            data.member("evidence", transaction.outcome.decidedBy?.rawValue)
            data.member("acceptedAt", transaction.acceptedAt.description)
            data.member("submittedAt", transaction.posting.acknowledgedAt?.description)
            data.member("completedAt", transaction.outcome.completedAt?.description)
            if transaction.status == .submitted, let postedAt = transaction.posting.startedAt {
                data.member("resultExpectedBy", (postedAt + terminalLife).description)
            }
            switch draft.occasion {
            case .status: break
            case .contradiction(let contradiction): data.write(contradiction, transaction.currency)
            case .amendments(let amendments):
                data.write(amendments)
                // A reader of this event alone must not take the status for certain.
                let open = transaction.contradictions.open
                data.member("openContradictions", open > 0 ? open : nil)
            }
            if let metadata = transaction.command.metadata { data.member("metadata", rawJSON: metadata) }
        }
        return writer.bytes
    }
}

extension EventDraft {
    /// What the event tells.
    fileprivate var name: EventName {
        let type = snapshot.command.content.type
        return switch occasion {
        case .status: .status(type, snapshot.status)
        case .contradiction: .contradicted(type)
        case .amendments: .amended(type)
        }
    }
}

extension CommandMessage {
    /// The message's own headers, unless they would leave no room for the bridge's in the one frame they share.
    fileprivate var headersToKeep: [String: String] {
        let size = headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        return size <= DeadLetter.headersLimit ? headers : [:]
    }
}

extension ReplyAddress {
    /// A reply that was refused is sent nowhere.
    fileprivate func withoutOwnQueue(_ rejection: CommandRejection) -> ReplyAddress {
        guard rejection.faults.contains(where: { $0.code == .invalidReplyTo }) else { return self }
        var address = self
        address.replyTo = nil
        return address
    }
}
