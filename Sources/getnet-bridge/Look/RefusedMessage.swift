// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// A message in the dead-letter queue: refused by the bridge, or given up by the broker.
struct RefusedMessage {
    /// The id of its rejection event; else its message id; else its place in the queue.
    let id: String
    let reason: String
    let detail: String?
    let refusedAt: String?
    let exchange: String
    let routingKey: String
    let faults: JSON?
    /// Who sent it, where the message said so.
    let user: String?
    let app: String?
    let properties: AMQPProperties
    let size: UInt64
    let body: [UInt8]

    /// Source: docs/promises.md 2.10 for `getnet-…` headers, RabbitMQ's dead lettering for `x-…` headers.
    init(_ delivery: Delivery, place: Int) {
        properties = delivery.properties
        func header(_ name: String) -> String? { delivery.properties.headers[name]?.words }
        id = header("getnet-event-id") ?? delivery.properties.messageID ?? "#\(place)"
        reason = header("getnet-reason") ?? header("x-first-death-reason") ?? "unknown"
        detail = header("getnet-detail")
        refusedAt = header("getnet-rejected-at")
        exchange = header("getnet-exchange") ?? header("x-first-death-exchange") ?? delivery.exchange
        routingKey = header("getnet-routing-key") ?? delivery.routingKey
        faults = header("getnet-faults").flatMap { try? JSONParser.parse(Array($0.utf8)) }
        // The bridge's own letters name their sender in headers, those of the broker in the properties of the message.
        let isOurs = header("getnet-reason") != nil
        user = isOurs ? header("getnet-user-id") : properties.userID
        app = isOurs ? header("getnet-app-id") : properties.appID
        size = delivery.fullSize
        body = delivery.body
    }

    /// Whether a rule refused what is well formed: its event told the caller, and nothing is to be mended.
    var isRefusedByRule: Bool { CommandFault.Code(rawValue: reason)?.isRule == true }

    /// The message for people.
    func text(withBody showsBody: Bool) -> String {
        var facts = Facts()
        facts.add("id", id)
        facts.add("reason", reason)
        facts.add("refused at", refusedAt)
        facts.add("exchange", exchange)
        facts.add("routing key", routingKey)
        facts.add("content type", properties.contentType)
        facts.add("correlation id", properties.correlationID)
        facts.add("message id", properties.messageID)
        facts.add("sent by the user", user)
        facts.add("sent by the app", app)
        facts.add("body", showsBody ? bodyText : "\(size) bytes; --body shows them")
        return ([facts.text] + faultLines).joined(separator: "\n")
    }

    /// The message for machines.
    func document(withBody showsBody: Bool) -> [UInt8] {
        var writer = JSONWriter(reserving: 1_024)
        writer.object { write(to: &$0, withBody: showsBody) }
        return writer.bytes
    }

    fileprivate func write(to writer: inout JSONWriter, withBody showsBody: Bool) {
        writer.member("id", id)
        writer.member("reason", reason)
        writer.member("detail", detail)
        writer.member("refusedAt", refusedAt)
        writer.member("exchange", exchange)
        writer.member("routingKey", routingKey)
        writer.member("contentType", properties.contentType)
        writer.member("correlationId", properties.correlationID)
        writer.member("messageId", properties.messageID)
        writer.member("userId", user)
        writer.member("appId", app)
        writer.member("refusedByRule", isRefusedByRule)
        writer.member("faults", faults)
        writer.member("size", size)
        if showsBody { writer.member("body", bodyText) }
    }

    private var faultLines: [String] {
        guard case .array(let faults) = faults else { return detail.map { ["detail: \($0)"] } ?? [] }
        return faults.map { "fault: \(Self.text(of: $0)) (\($0["code"]?.string ?? "-"))" }
    }

    private static func text(of fault: JSON) -> String {
        let path = fault["path"]?.string ?? ""
        return "\(path.isEmpty ? "message" : path): \(fault["message"]?.string ?? "")"
    }

    /// What is wrong with it, for one line: the first fault, and how many there are besides.
    fileprivate var summary: String {
        guard case .array(let faults) = faults, let first = faults.first else { return detail ?? "" }
        return Self.text(of: first) + (faults.count > 1 ? ", and \(faults.count - 1) more" : "")
    }

    /// The body as text, or as hexadecimal digits where it is none.
    private var bodyText: String {
        if let text = String(validating: body, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.value < 32 && !$0.properties.isWhitespace })
        {
            return text
        }
        return body.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}

extension [RefusedMessage] {
    /// One line for each, what rules refused apart from what has to be mended.
    var table: String {
        guard !isEmpty else { return "no refused messages" }
        let groups = [
            ("To be mended: malformed, misdirected or given up", filter { !$0.isRefusedByRule }),
            ("Refused by a rule: its event told the caller, nothing is to be mended", filter(\.isRefusedByRule)),
        ]
        return groups.filter { !$1.isEmpty }.map { "\($0)\n\($1.lines)" }.joined(separator: "\n\n")
    }

    private var lines: String {
        var table = Table("REFUSED", "REASON", "ROUTING KEY", "BYTES", "ID", "DETAIL")
        for letter in self {
            table.add(
                letter.refusedAt ?? "-",
                letter.reason,
                letter.routingKey,
                String(letter.size),
                letter.id,
                letter.summary
            )
        }
        return table.text
    }

    /// The list for machines.
    func document(total: Int) -> [UInt8] {
        var writer = JSONWriter(reserving: 4_096)
        writer.object { page in
            page.member("total", total)
            page.array("deadLetters") { list in
                for letter in self {
                    list.object { letter.write(to: &$0, withBody: false) }
                }
            }
        }
        return writer.bytes
    }
}
