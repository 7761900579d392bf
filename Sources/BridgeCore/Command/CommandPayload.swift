// SPDX-License-Identifier: Apache-2.0

/// The command's object out of its envelope: plain JSON, or a CloudEvent in structured or binary mode.
struct CommandPayload {
    /// The object that holds the command.
    let data: JSON
    /// The CloudEvent's `time`.
    let time: Timestamp?
    /// The trace context that a structured CloudEvent holds.
    var traceparent: String?
    /// The trace state that a structured CloudEvent holds.
    var tracestate: String?

    /// What `content_encoding` may be: the names of no encoding at all, and of the only charset.
    private static let encodings: Set<String> = ["", "identity", "utf-8", "utf8"]
    /// Some libraries begin every UTF-8 text with it.
    ///
    /// Source: RFC 8259, 8.1.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Opens a message's envelope.
    ///
    /// - Throws: the fault that keeps it shut.
    static func open(_ message: CommandMessage) throws(CommandFault) -> CommandPayload {
        if let encoding = message.contentEncoding, !encodings.contains(encoding.lowercased()) {
            throw CommandFault("content_encoding", .contentTypeUnsupported, "only plain UTF-8 is read")
        }
        switch MediaType(message.contentType) {
        case .json:
            let time = try binaryModeTime(message.headers)
            return CommandPayload(data: try object(message.body), time: time)
        case .cloudEvent: return try structured(try object(message.body))
        case .other:
            throw CommandFault("content_type", .contentTypeUnsupported, "application/json or a CloudEvent is expected")
        }
    }

    private static func object(_ body: [UInt8]) throws(CommandFault) -> JSON {
        do {
            let value = try JSONParser.parse(body.dropFirst(body.starts(with: byteOrderMark) ? 3 : 0))
            guard case .object = value else { throw CommandFault("", .wrongType, "an object is expected") }
            return value
        } catch let error as JSONSyntaxError {
            throw CommandFault("", .invalidJSON, "\(error.message), at byte \(error.offset)")
        } catch let fault as CommandFault {
            throw fault
        } catch {
            preconditionFailure("the parser throws nothing else")
        }
    }

    private static func binaryModeTime(_ headers: [String: String]) throws(CommandFault) -> Timestamp? {
        guard headers["ce-specversion"] != nil else { return nil }
        try checkContext { headers["ce-" + $0] }
        return try instant(headers["ce-time"])
    }

    private static func structured(_ event: JSON) throws(CommandFault) -> CommandPayload {
        if case .object(let members) = event, members.hasRepeatedNames {
            throw CommandFault("", .repeatedMember, "an attribute stands more than once")
        }
        try checkContext { event[$0]?.string }
        // The JSON format lets an attribute be null for none.
        if let type = event["datacontenttype"], type != .null, type.string.map({ MediaType($0) }) != .json {
            throw CommandFault("", .invalidCloudEvent, "datacontenttype is not application/json")
        }
        guard let data = event["data"], case .object = data else {
            throw CommandFault("", .invalidCloudEvent, "data is not an object")
        }
        var payload = CommandPayload(data: data, time: nil)
        if let time = event["time"], time != .null {
            payload = CommandPayload(data: data, time: try instant(time.string ?? ""))
        }
        payload.traceparent = event["traceparent"]?.string
        payload.tracestate = event["tracestate"]?.string
        return payload
    }

    private static func checkContext(_ attribute: (String) -> String?) throws(CommandFault) {
        guard attribute("specversion") == "1.0" else {
            throw CommandFault("", .invalidCloudEvent, "specversion is not 1.0")
        }
        for name in ["id", "source", "type"] where attribute(name)?.isEmpty != false {
            throw CommandFault("", .invalidCloudEvent, "the attribute \(name) is missing")
        }
    }

    private static func instant(_ text: String?) throws(CommandFault) -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) else {
            throw CommandFault("", .invalidCloudEvent, "time is no RFC 3339 instant")
        }
        return time
    }
}

extension CommandFault: Error {}

/// What a content type means for a command.
private enum MediaType: Equatable {
    case json
    case cloudEvent
    case other

    init(_ contentType: String?) {
        if contentType == "application/json" {
            self = .json
            return
        }
        let parts = (contentType ?? "").split(separator: ";", omittingEmptySubsequences: false)
        let name = parts.first.map { Self.trimmed($0).lowercased() } ?? ""
        for parameter in parts.dropFirst() {
            let halves = parameter.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, Self.trimmed(halves[0]).lowercased() == "charset" else { continue }
            let charset = Self.trimmed(halves[1]).lowercased().filter { $0 != "\"" }
            // Anything but UTF-8 would be read wrongly without a sign of it.
            guard charset == "utf-8" || charset == "utf8" || charset == "us-ascii" else {
                self = .other
                return
            }
        }
        switch name {
        case "", "application/json": self = .json
        case "application/cloudevents+json", "application/cloudevents": self = .cloudEvent
        default: self = .other
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
