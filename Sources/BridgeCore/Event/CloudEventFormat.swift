// SPDX-License-Identifier: Apache-2.0

/// Puts an event into the CloudEvents 1.0 envelope, structured or binary, for RabbitMQ's protocol binding.
///
/// Source: contract §3; CloudEvents 1.0.2 JSON format; headers `ce-<name>` as the official SDKs write them.
public struct CloudEventFormat: Sendable {
    /// Where the context attributes stand.
    public enum Mode: String, Sendable, CaseIterable {
        /// In the body, together with the data; headers repeat them.
        case structured
        /// In headers only; the body is the data.
        case binary
    }

    /// An event ready to be published.
    public struct Message: Sendable, Equatable {
        /// The property `content_type`.
        public let contentType: String
        /// The property `type`.
        public let type: String
        /// Context attributes as headers.
        public let headers: [String: String]
        /// The body.
        public let body: [UInt8]
    }

    private let mode: Mode
    private let accounts: Accounts
    private let typePrefix: String

    /// A format for the events of accounts.
    public init(mode: Mode, accounts: Accounts, typePrefix: String) {
        self.mode = mode
        self.accounts = accounts
        self.typePrefix = typePrefix
    }

    /// Shape: `/getnet/<environment>/<country>/<account>`, `-` for each that nobody knows.
    ///
    /// Country and account are the routing key's, whose first four words are fixed.
    private func source(of event: OutboundEvent) -> String {
        let words = event.routingKey.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 4,
            omittingEmptySubsequences: false
        )
        guard words.count > 3 else { return "/getnet/-/-/-" }
        let (country, account) = (Substring(words[2]), String(Substring(words[3])))
        return "/getnet/\(environment(of: account) ?? "-")/\(country)/\(account)"
    }

    /// What is of no account is of all; of one that left nobody knows it any more.
    private func environment(of account: String) -> String? {
        if let environment = accounts[account]?.environment { return environment }
        let environments = account == "-" ? Set(accounts.all.map(\.environment)) : []
        return environments.count == 1 ? environments.first : nil
    }

    /// Renders an event; the same event gives the same bytes.
    public func message(_ event: OutboundEvent) -> Message {
        let type = "\(typePrefix).\(event.name).v1"
        let schema = "urn:getnet-bridge:schema:\(event.kind.schema):1"
        // Name, header and value; headers as the official SDKs write them.
        let attributes: [(name: String, header: String, value: String?)] = [
            ("specversion", "ce-specversion", "1.0"), ("id", "ce-id", event.id.description),
            ("source", "ce-source", source(of: event)), ("type", "ce-type", type),
            ("subject", "ce-subject", event.subject), ("time", "ce-time", event.time.description),
            ("datacontenttype", "ce-datacontenttype", "application/json"), ("dataschema", "ce-dataschema", schema),
            ("correlationid", "ce-correlationid", event.address.correlationID),
            ("causationid", "ce-causationid", event.causationID), ("partitionkey", "ce-partitionkey", event.subject),
            ("traceparent", "ce-traceparent", event.address.traceparent),
            ("tracestate", "ce-tracestate", event.address.tracestate),
        ]
        var headers: [String: String] = [:]
        headers.reserveCapacity(attributes.count)
        for (name, header, value) in attributes {
            // In binary mode the content type is the property itself.
            if mode == .binary, name == "datacontenttype" { continue }
            if let value, !value.isEmpty { headers[header] = value }
        }
        switch mode {
        case .binary:
            return Message(contentType: "application/json", type: type, headers: headers, body: event.data)
        case .structured:
            var writer = JSONWriter(reserving: event.data.count + 700)
            writer.object { envelope in
                for (name, _, value) in attributes { envelope.member(name, value) }
                envelope.member("data", rawJSON: event.data)
            }
            return Message(
                contentType: "application/cloudevents+json",
                type: type,
                headers: headers,
                body: writer.bytes
            )
        }
    }
}

extension OutboundEvent.Kind {
    fileprivate var schema: String {
        switch self {
        case .transaction, .contradicted, .amended: "transaction-event"
        case .rejected: "command-rejected"
        case .unmatched: "callback-unmatched"
        case .notFound: "status-not-found"
        }
    }
}
