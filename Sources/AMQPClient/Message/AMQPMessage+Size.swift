// SPDX-License-Identifier: Apache-2.0

extension AMQPMessage {
    /// What makes the message impossible to write over any connection; `nil` if nothing does.
    ///
    /// Looked at before anything is written, since librabbitmq would notice in the middle of the message.
    var encodingFault: String? {
        if let name = properties.overlongText ?? overlongName { return "\(name) is longer than 255 bytes" }
        guard let size = headFrameSize else {
            return "the name of a header is longer than \(BrokerLink.shortStringMax) bytes"
        }
        return encodingFault(ofSize: size, frameMax: BrokerLink.requestedFrameMax)
    }

    /// What makes the message impossible to write in frames of a size; `nil` if nothing does.
    ///
    /// Only of a message without an `encodingFault`: in the frames that were asked for it fits.
    func encodingFault(frameMax: Int) -> String? {
        guard frameMax < BrokerLink.requestedFrameMax else { return nil }
        return headFrameSize.flatMap { encodingFault(ofSize: $0, frameMax: frameMax) }
    }

    private func encodingFault(ofSize size: Int, frameMax: Int) -> String? {
        size <= frameMax ? nil : "properties and headers have \(size) bytes, a frame holds \(frameMax)"
    }

    /// The size of the frame that holds the properties and headers, in bytes; `nil` if a header's name is too long.
    ///
    /// Only the content is spread over several frames. Source: AMQP 0-9-1, 2.3.5.2.
    public var headFrameSize: Int? {
        // The frame's own 8 bytes; class, weight, size of the content, flags.
        var size = 8 + 2 + 2 + 8 + 2
        size += properties.textSize
        if properties.deliveryMode != nil { size += 1 }
        if properties.priority != nil { size += 1 }
        if properties.timestamp != nil { size += 8 }
        guard !properties.headers.isEmpty else { return size }
        // Here the table has no byte for its type.
        return AMQPValue.tableSize(properties.headers).map { size + $0 - 1 }
    }
}

extension AMQPMessage {
    private var overlongName: String? {
        if exchange.isAboveShortString { return "the exchange" }
        if routingKey.isAboveShortString { return "the routing key" }
        return nil
    }
}

extension AMQPProperties {
    /// What the textual properties that are there take, each with the byte for its length.
    fileprivate var textSize: Int {
        // No list of them: it is asked for each message that is published.
        contentType.size + contentEncoding.size + correlationID.size + replyTo.size + expiration.size
            + messageID.size + type.size + userID.size + appID.size + clusterID.size
    }

    fileprivate var overlongText: String? {
        if contentType.isAboveShortString { return "content_type" }
        if contentEncoding.isAboveShortString { return "content_encoding" }
        if correlationID.isAboveShortString { return "correlation_id" }
        if replyTo.isAboveShortString { return "reply_to" }
        if expiration.isAboveShortString { return "expiration" }
        if messageID.isAboveShortString { return "message_id" }
        if type.isAboveShortString { return "type" }
        if userID.isAboveShortString { return "user_id" }
        if appID.isAboveShortString { return "app_id" }
        if clusterID.isAboveShortString { return "cluster_id" }
        return nil
    }
}

extension String {
    fileprivate var isAboveShortString: Bool { utf8.count > BrokerLink.shortStringMax }
}

extension String? {
    fileprivate var size: Int { map { 1 + $0.utf8.count } ?? 0 }
    fileprivate var isAboveShortString: Bool { self?.isAboveShortString ?? false }
}

extension AMQPValue {
    /// The size on the wire, including the byte for the type; `nil` if a name is too long.
    fileprivate var encodedSize: Int? {
        switch self {
        case .void: return 1
        case .bool: return 2
        case .int64, .double, .timestamp: return 9
        case .string(let text): return 5 + text.utf8.count
        case .bytes(let bytes): return 5 + bytes.count
        case .array(let values):
            return values.reduce(5) { sum, value in
                guard let sum, let size = value.encodedSize else { return nil }
                return sum + size
            }
        case .table(let values): return Self.tableSize(values)
        }
    }

    /// The size of a table on the wire, including the byte for the type; `nil` if a name is too long.
    fileprivate static func tableSize(_ values: [String: AMQPValue]) -> Int? {
        var sum = 5
        for (name, value) in values {
            guard name.utf8.count <= BrokerLink.shortStringMax else { return nil }
            sum += 1 + name.utf8.count
            // Nearly all are texts.
            if case .string(let text) = value {
                sum += 5 + text.utf8.count
            } else if let size = value.encodedSize {
                sum += size
            } else {
                return nil
            }
        }
        return sum
    }
}
