// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger

/// The columns of `outbox` and an entry's way into and out of them; names and calls stand in one order.
package enum OutboxColumns {
    /// Set when the entry is appended.
    package static let appended = [
        "transaction_id", "kind", "event_id", "name", "routing_key", "exchange", "data", "body", "causation_id",
        "reply_to", "correlation_id", "traceparent", "tracestate", "content_type", "content_encoding",
        "message_id", "sent_at", "headers", "must_be_routed", "appended_at",
    ]
    /// What an entry is read from.
    package static let entry = ["position", "returns"] + appended

    private static let deadLetter = "dead_letter"

    package static func write(
        _ payload: OutboxEntry.Payload,
        of id: TransactionID?,
        at instant: Timestamp,
        _ row: inout some RowWriter
    ) {
        row.add(id?.description)
        switch payload {
        case .event(let event): write(event, &row)
        case .deadLetter(let letter): write(letter, &row)
        }
        row.add(instant)
    }

    private static func write(_ event: OutboundEvent, _ row: inout some RowWriter) {
        row.add(event.name.kind.rawValue)
        row.add(event.id.description)
        row.add(event.name.text)
        row.add(event.routingKey)
        row.add(String?.none)
        row.add(text: event.data)
        row.add(blob: nil)
        row.add(event.causationID)
        TransactionColumns.writeAddress(event.address, &row)
        row.add(String?.none)
        row.add(String?.none)
        row.add(String?.none)
        row.add(Timestamp?.none)
        row.add(text: nil)
        row.add(event.mustBeRouted)
    }

    private static func write(_ letter: DeadLetter, _ row: inout some RowWriter) {
        row.add(deadLetter)
        row.add(letter.eventID.description)
        row.add(String?.none)
        row.add(letter.routingKey)
        row.add(letter.exchange)
        row.add(text: nil)
        row.add(blob: letter.body)
        row.add(String?.none)
        let address = ReplyAddress(replyTo: letter.replyTo, correlationID: letter.correlationID)
        TransactionColumns.writeAddress(address, &row)
        row.add(letter.contentType)
        row.add(letter.contentEncoding)
        row.add(letter.messageID)
        row.add(letter.sentAt)
        row.add(text: StoredJSON.headers(letter.headers))
        row.add(true)
    }

    /// Reads the columns `entry`.
    ///
    /// - Throws: `StoredRowFault` where a value is none of ours.
    package static func readEntry(_ row: inout some RowReader) throws -> OutboxEntry {
        let position = row.integer()
        let returns = Int(row.integer())
        let (id, payload, appendedAt) = try read(&row)
        return OutboxEntry(
            position: position,
            transactionID: id,
            payload: payload,
            appendedAt: appendedAt,
            returns: returns
        )
    }

    /// Reads the columns `appended` of a row that is an event.
    package static func readEvent(_ row: inout some RowReader) throws -> OutboundEvent {
        guard case (_, .event(let event), _) = try read(&row) else {
            throw StoredRowFault("outbox.kind", of: "an event")
        }
        return event
    }

    private static func read(
        _ row: inout some RowReader
    ) throws -> (TransactionID?, OutboxEntry.Payload, Timestamp) {
        let subject = row.optionalText()
        let kind = row.text()
        let eventID = EventID(stored: row.text())
        let name = row.text()
        let routingKey = row.text()
        let exchange = row.text()
        let data = row.bytes()
        let body = row.bytes()
        let causationID = row.optionalText()
        let address = TransactionColumns.readAddress(&row)
        let contentType = row.optionalText()
        let contentEncoding = row.optionalText()
        let messageID = row.optionalText()
        let sentAt = row.optionalInstant()
        let headers = row.optionalBytes()
        let mustBeRouted = row.flag()
        let appendedAt = row.instant()
        if kind == deadLetter {
            let letter = DeadLetter(
                eventID: eventID,
                exchange: exchange,
                routingKey: routingKey,
                body: body,
                contentType: contentType,
                contentEncoding: contentEncoding,
                messageID: messageID,
                sentAt: sentAt,
                replyTo: address.replyTo,
                correlationID: address.correlationID,
                headers: try StoredJSON.headers(headers)
            )
            return (nil, .deadLetter(letter), appendedAt)
        }
        guard let kind = EventName.Kind(rawValue: kind) else {
            throw StoredRowFault("outbox.kind", of: eventID.description)
        }
        let event = OutboundEvent(
            id: eventID,
            destination: EventDestination(EventName(kind, text: name), routingKey: routingKey),
            subject: subject,
            time: appendedAt,
            data: data,
            causationID: causationID,
            address: address,
            mustBeRouted: mustBeRouted
        )
        return (subject.flatMap { TransactionID($0) }, .event(event), appendedAt)
    }
}
