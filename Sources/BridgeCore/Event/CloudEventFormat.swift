// SPDX-License-Identifier: Apache-2.0

/// Puts an event into the CloudEvents 1.0 envelope, structured or binary, for RabbitMQ's protocol binding.
///
/// Source: docs/promises.md 3.5; CloudEvents 1.0.2 JSON format; headers `ce-<name>` as the official SDKs write them.
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

    /// Shape: `/getnet/<environment>/<country>/<account>`, with `-` for each part that is not known.
    private func source(of event: OutboundEvent) -> String {
        let (country, account) = (event.destination.country, event.destination.account)
        return "/getnet/\(environment(of: account) ?? EventDestination.unknown)/\(country)/\(account)"
    }

    /// The account's environment; for `-` the one that all accounts share, and `nil` where there is none.
    private func environment(of account: String) -> String? {
        if let environment = accounts[account]?.environment { return environment }
        let environments = account == EventDestination.unknown ? Set(accounts.all.map(\.environment)) : []
        return environments.count == 1 ? environments.first : nil
    }

    /// Renders an event; the same event gives the same bytes.
    public func message(_ event: OutboundEvent) -> Message {
        let type = "\(typePrefix).\(event.name.text).v1"
        var headers: [String: String] = [:]
        headers.reserveCapacity(Self.attributes)
        switch mode {
        case .binary:
            forEachAttribute(of: event, type: type) { name, header, value in
                // In binary mode the content type is the property itself.
                if name != "datacontenttype" { headers[header] = value }
            }
            return Message(contentType: "application/json", type: type, headers: headers, body: event.data)
        case .structured:
            var writer = JSONWriter(reserving: event.data.count + 700)
            writer.object { envelope in
                forEachAttribute(of: event, type: type) { name, header, value in
                    headers[header] = value
                    envelope.member(name, value)
                }
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

    /// How many context attributes an event has at most.
    private static let attributes = 13

    /// Hands over the context attributes that have a value: name, header, value.
    ///
    /// The headers are written as the official SDKs write them.
    private func forEachAttribute(
        of event: OutboundEvent,
        type: String,
        _ body: (_ name: String, _ header: String, _ value: String) -> Void
    ) {
        func take(_ name: String, _ header: String, _ value: String?) {
            if let value, !value.isEmpty { body(name, header, value) }
        }
        take("specversion", "ce-specversion", "1.0")
        take("id", "ce-id", event.id.description)
        take("source", "ce-source", source(of: event))
        take("type", "ce-type", type)
        take("subject", "ce-subject", event.subject)
        take("time", "ce-time", event.time.description)
        take("datacontenttype", "ce-datacontenttype", "application/json")
        take("dataschema", "ce-dataschema", event.name.kind.schemaURN)
        take("correlationid", "ce-correlationid", event.address.correlationID)
        take("causationid", "ce-causationid", event.causationID)
        take("partitionkey", "ce-partitionkey", event.subject)
        take("traceparent", "ce-traceparent", event.address.traceparent)
        take("tracestate", "ce-tracestate", event.address.tracestate)
    }
}

extension EventName.Kind {
    fileprivate var schemaURN: String {
        switch self {
        case .transaction, .contradicted, .amended: "urn:getnet-bridge:schema:transaction-event:1"
        case .rejected: "urn:getnet-bridge:schema:command-rejected:1"
        case .unmatched: "urn:getnet-bridge:schema:callback-unmatched:1"
        case .notFound: "urn:getnet-bridge:schema:status-not-found:1"
        }
    }
}
