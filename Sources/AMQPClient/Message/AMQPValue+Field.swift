// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

/// How much of a header table is taken over.
///
/// Every client that may publish can write it, so it is bounded before it costs memory. Beyond a limit all headers are
/// left out, since a part of them could mean something else.
struct HeaderBounds: Sendable {
    /// Tables and arrays inside each other.
    var depth = 8
    /// Values in all, those inside tables and arrays included.
    var values = 1024
}

/// Copies tables out of librabbitmq's memory, within bounds.
struct FieldReader {
    private let depthLimit: Int
    private var valuesLeft: Int

    init(_ bounds: HeaderBounds) {
        depthLimit = bounds.depth
        valuesLeft = bounds.values
    }

    /// Answers the table's values; `nil` beyond a bound.
    ///
    /// Of a repeated name the last value counts.
    mutating func values(of table: amqp_table_t, depth: Int = 1) -> [String: AMQPValue]? {
        guard depth <= depthLimit, unsafe take(table.num_entries) else { return nil }
        var values: [String: AMQPValue] = unsafe Dictionary(minimumCapacity: Int(table.num_entries))
        for index in 0..<(unsafe Int(table.num_entries)) {
            let entry = unsafe table.entries[index]
            guard let value = unsafe value(of: entry.value, depth: depth) else { return nil }
            unsafe values[String(short: entry.key)] = value
        }
        return values
    }

    private mutating func values(of array: amqp_array_t, depth: Int) -> [AMQPValue]? {
        guard depth <= depthLimit, unsafe take(array.num_entries) else { return nil }
        var values: [AMQPValue] = []
        for index in 0..<(unsafe Int(array.num_entries)) {
            let entry = unsafe array.entries[index]
            guard let value = unsafe value(of: entry, depth: depth) else { return nil }
            values.append(value)
        }
        return values
    }

    private mutating func value(of field: amqp_field_value_t, depth: Int) -> AMQPValue? {
        let value = unsafe field.value
        return switch unsafe amqp_field_value_kind_t(rawValue: UInt32(field.kind)) {
        case AMQP_FIELD_KIND_BOOLEAN: unsafe .bool(value.boolean != 0)
        case AMQP_FIELD_KIND_I8: unsafe .int64(Int64(value.i8))
        case AMQP_FIELD_KIND_U8: unsafe .int64(Int64(value.u8))
        case AMQP_FIELD_KIND_I16: unsafe .int64(Int64(value.i16))
        case AMQP_FIELD_KIND_U16: unsafe .int64(Int64(value.u16))
        case AMQP_FIELD_KIND_I32: unsafe .int64(Int64(value.i32))
        case AMQP_FIELD_KIND_U32: unsafe .int64(Int64(value.u32))
        case AMQP_FIELD_KIND_I64: unsafe .int64(value.i64)
        case AMQP_FIELD_KIND_U64: unsafe .int64(Int64(clamping: value.u64))
        case AMQP_FIELD_KIND_F32: unsafe .double(Double(value.f32))
        case AMQP_FIELD_KIND_F64: unsafe .double(value.f64)
        case AMQP_FIELD_KIND_DECIMAL: unsafe .double(Self.double(value.decimal))
        case AMQP_FIELD_KIND_UTF8: unsafe .string(String(value.bytes))
        case AMQP_FIELD_KIND_BYTES: unsafe .bytes([UInt8](value.bytes))
        case AMQP_FIELD_KIND_TIMESTAMP: unsafe .timestamp(value.u64)
        case AMQP_FIELD_KIND_ARRAY: unsafe values(of: value.array, depth: depth + 1).map(AMQPValue.array)
        case AMQP_FIELD_KIND_TABLE: unsafe values(of: value.table, depth: depth + 1).map(AMQPValue.table)
        // librabbitmq refuses kinds it does not know before we see them.
        default: .void
        }
    }

    private mutating func take(_ count: Int32) -> Bool {
        valuesLeft -= Int(count)
        return valuesLeft >= 0
    }

    private static func double(_ decimal: amqp_decimal_t) -> Double {
        (0..<decimal.decimals).reduce(Double(decimal.value)) { value, _ in value / 10 }
    }
}

extension AMQPProperties {
    /// Copies what the broker sent; the flag says that headers were beyond the bounds and are left out.
    static func read(
        _ fields: amqp_basic_properties_t,
        within bounds: HeaderBounds
    ) -> (properties: AMQPProperties, headersDropped: Bool) {
        var properties = AMQPProperties()
        let flags = unsafe fields._flags
        func text(_ flag: Int32, _ bytes: amqp_bytes_t, _ name: String) -> String? {
            guard flags & amqp_flags_t(flag) != 0 else { return nil }
            if unsafe !bytes.isUTF8 { properties.unreadable.insert(name) }
            return unsafe String(short: bytes)
        }
        unsafe properties.contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, fields.content_type, "content_type")
        unsafe properties.contentEncoding = text(
            AMQP_BASIC_CONTENT_ENCODING_FLAG,
            fields.content_encoding,
            "content_encoding"
        )
        unsafe properties.correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, fields.correlation_id, "correlation_id")
        unsafe properties.replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, fields.reply_to, "reply_to")
        unsafe properties.expiration = text(AMQP_BASIC_EXPIRATION_FLAG, fields.expiration, "expiration")
        unsafe properties.messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, fields.message_id, "message_id")
        unsafe properties.type = text(AMQP_BASIC_TYPE_FLAG, fields.type, "type")
        unsafe properties.userID = text(AMQP_BASIC_USER_ID_FLAG, fields.user_id, "user_id")
        unsafe properties.appID = text(AMQP_BASIC_APP_ID_FLAG, fields.app_id, "app_id")
        unsafe properties.clusterID = text(AMQP_BASIC_CLUSTER_ID_FLAG, fields.cluster_id, "cluster_id")
        if flags & amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG) != 0 {
            unsafe properties.deliveryMode = DeliveryMode(rawValue: fields.delivery_mode)
        }
        if flags & amqp_flags_t(AMQP_BASIC_PRIORITY_FLAG) != 0 {
            unsafe properties.priority = fields.priority
        }
        if flags & amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG) != 0 {
            unsafe properties.timestamp = fields.timestamp
        }
        guard flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 else { return (properties, false) }
        var reader = FieldReader(bounds)
        guard let headers = unsafe reader.values(of: fields.headers) else { return (properties, true) }
        properties.headers = headers
        return (properties, false)
    }
}

extension String {
    /// Copies text; bytes that are not UTF-8 are replaced.
    init(_ bytes: amqp_bytes_t) {
        self = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// Copies a short string; one that grew because bytes were replaced is cut, so that it can be sent on.
    ///
    /// A replaced byte takes three, and what came in 255 bytes could otherwise never leave again.
    init(short bytes: amqp_bytes_t) {
        let text = unsafe String(bytes)
        guard text.utf8.count > BrokerLink.shortStringMax else {
            self = text
            return
        }
        var size = 0
        self = String(
            text.prefix { character in
                size += character.utf8.count
                return size <= BrokerLink.shortStringMax
            }
        )
    }
}

extension amqp_bytes_t {
    /// Whether the bytes are UTF-8.
    fileprivate var isUTF8: Bool {
        unsafe String(validating: UnsafeRawBufferPointer(start: bytes, count: len), as: UTF8.self) != nil
    }
}

extension [UInt8] {
    /// Copies bytes.
    init(_ bytes: amqp_bytes_t) {
        self = unsafe Array(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}
