// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// An event about a charge, read as any consumer would: a CloudEvent, structured or binary.
struct ChargeEvent {
    /// What it comes to.
    enum Outcome: Equatable {
        /// Nothing but a contradiction can follow.
        case final(TransactionStatus)
        /// More will follow.
        case open(TransactionStatus?)
        /// It is final, and something speaks against it: it may be paid after all, or paid twice.
        case contradicted(TransactionStatus)
        /// The command was not taken.
        case rejected
    }

    let id: String
    let time: String
    let commandID: String?
    let outcome: Outcome
    let data: JSON
    /// The whole event as JSON text.
    let document: [UInt8]

    /// Reads a message; `nil` for anything that is no event.
    init?(_ properties: AMQPProperties, body bytes: [UInt8]) {
        guard let body = try? JSONParser.parse(bytes) else { return nil }
        let isStructured = properties.contentType?.hasPrefix("application/cloudevents+json") == true
        let attributes = isStructured ? body : Self.attributes(properties.headers)
        guard let id = attributes["id"]?.string, let type = attributes["type"]?.string,
            let data = isStructured ? body["data"] : body
        else { return nil }
        self.id = id
        time = attributes["time"]?.string ?? ""
        self.data = data
        commandID = data["commandId"]?.string
        document = isStructured ? bytes : Self.whole(attributes, data)
        let words = type.split(separator: ".")
        if words.contains("rejected") {
            outcome = .rejected
        } else {
            let status = data["status"]?.string.flatMap(TransactionStatus.init(rawValue:))
            // A status that this program does not know is still known to be final or not.
            let isFinal = data["final"] == .bool(true)
            let isContradicted = data["contradiction"] != nil || data["openContradictions"] != nil
            outcome =
                if let status, isFinal { isContradicted ? .contradicted(status) : .final(status) } else {
                    .open(status)
                }
        }
    }

    private static func attributes(_ headers: [String: AMQPValue]) -> JSON {
        let prefix = "ce-"
        return .object(
            headers.sorted { $0.key < $1.key }.compactMap { name, value in
                guard name.hasPrefix(prefix), case .string(let text) = value else { return nil }
                return JSON.Member(String(name.dropFirst(prefix.count)), .string(text))
            }
        )
    }

    private static func whole(_ attributes: JSON, _ data: JSON) -> [UInt8] {
        guard case .object(let members) = attributes else { return data.serialized }
        return JSON.object(members + [JSON.Member("data", data)]).serialized
    }
}

extension ChargeEvent {
    /// The event as one line for people.
    ///
    /// Shape: `10:12:34.702  approved       15,990 CLP, authorization 010929, mastercard credit ending in 0042`.
    var line: String {
        let word = outcome == .rejected ? "rejected" : data["status"]?.string ?? (isOfNothing ? "not found" : "-")
        let padded = word + String(repeating: " ", count: max(1, 15 - word.count))
        let clock = time.count >= 23 ? String(time.dropFirst(11).prefix(12)) : time
        return "\(clock)  \(padded)\(detail)"
    }

    /// The same line with the day of the event in front, unless it is today's.
    func line(on today: Timestamp) -> String {
        day.isEmpty || day == today.description.prefix(10) ? line : "\(day) \(line)"
    }

    /// The day of the event in UTC, as `2026-11-30`; empty where it names no time.
    var day: Substring { time.count >= 23 ? time.prefix(10) : "" }

    /// What the event says beside its status.
    var detail: String { details.filter { !$0.isEmpty }.joined(separator: ", ") }

    private var details: [String] {
        if outcome == .rejected { return faults }
        if isOfNothing {
            let asked = [text("original", "transactionId"), text("original", "commandId")].filter { !$0.isEmpty }
            return ["the account \(text("account")) has no transaction and no command \(asked.joined())"]
        }
        switch outcome {
        case .contradicted:
            let code = text("contradiction", "code")
            let which = code.isEmpty ? "" : " (\(code))"
            return ["CONTRADICTED\(which): do NOT charge again, a person must look"] + payment
        case .final(.approved): return [amount, rest] + payment
        case .final(.declined), .final(.notCompleted): return [answer.isEmpty ? reason : answer] + payment
        case .open(.accepted): return ["durable, will be sent to Getnet", "transaction \(text("transactionId"))"]
        case .open(.submitted): return ["Getnet has it as \(text("getnet", "idPosTxs"))", expectation]
        case .final, .open, .rejected: return [reason]
        }
    }

    private func text(_ path: String...) -> String {
        let value = path.reduce(Optional(data)) { $0?[$1] }
        return value?.string ?? value?.integer.map(String.init) ?? ""
    }

    private var amount: String {
        let path = data["result"]?["amount"] ?? data["amount"]
        guard let value = path?["value"]?.integer, let currency = path?["currency"]?.string else { return "" }
        return AmountText.of(value, currency)
    }

    /// What is left of a sale of which money was given back.
    private var rest: String {
        guard let value = data["remaining"]?["value"]?.integer,
            let currency = data["remaining"]?["currency"]?.string
        else { return "" }
        return "\(AmountText.of(value, currency)) left of it after what was given back"
    }

    /// The answer about a transaction that the bridge does not have.
    private var isOfNothing: Bool { data["type"]?.string == "status" && data["transactionId"] == nil }

    private var payment: [String] {
        let authorization = text("result", "authorizationCode")
        let card = [text("card", "brand"), text("card", "type")].filter { !$0.isEmpty }.joined(separator: " ")
        let last4 = text("card", "last4")
        return [
            authorization.isEmpty ? "" : "authorization \(authorization)",
            last4.isEmpty ? card : "\(card) ending in \(last4)",
        ]
    }

    private var answer: String {
        let words = text("result", "responseMessage")
        let code = text("result", "responseCode")
        return code.isEmpty ? words : "\(words.isEmpty ? "response" : words) (\(code))"
    }

    private var expectation: String {
        let instant = text("resultExpectedBy")
        return instant.count >= 19 ? "result expected by \(instant.dropFirst(11).prefix(8))" : ""
    }

    private var reason: String {
        let code = text("reason", "code")
        return code.isEmpty ? "" : "\(code): \(text("reason", "message"))"
    }

    private var faults: [String] {
        guard case .array(let faults) = data["faults"] else { return [] }
        let lines = faults.map { fault in
            let path = fault["path"]?.string.map { "\($0): " } ?? ""
            return "\(path)\(fault["message"]?.string ?? "") (\(fault["code"]?.string ?? "-"))"
        }
        let conflict = text("conflict", "transactionId")
        guard !conflict.isEmpty else { return lines }
        let codes = faults.compactMap { $0["code"]?.string }
        // The sale itself is there already; other refusals name the sale that a refund is about.
        let exists = codes.contains { ["idempotency_conflict", "reference_in_use"].contains($0) }
        let advice = exists ? ": do NOT send it under another id or reference" : ""
        return lines + ["transaction \(conflict) is \(text("conflict", "status"))\(advice)"]
    }
}
