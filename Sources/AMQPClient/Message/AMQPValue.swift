// SPDX-License-Identifier: Apache-2.0

/// A value of a header table or of a declaration's arguments.
///
/// Shape: the field types of RabbitMQ's dialect. Integers of every width are read as `int64` (an unsigned 64-bit one
/// above the range is clamped), floats and decimals as `double`.
/// Source: AMQP 0-9-1, section 4.2.5, with RabbitMQ's errata; `amqp_field_value_t` in `amqp.h`.
public indirect enum AMQPValue: Sendable, Equatable {
    /// A truth value, type `t`.
    case bool(Bool)
    /// An integer, sent as a signed 64-bit one, type `l`.
    case int64(Int64)
    /// A floating-point number, type `d`.
    case double(Double)
    /// UTF-8 text, type `S`.
    case string(String)
    /// Bytes, type `x`.
    case bytes([UInt8])
    /// Seconds since 1970, type `T`.
    case timestamp(UInt64)
    /// Values in order, type `A`.
    case array([AMQPValue])
    /// Values by name, type `F`.
    case table([String: AMQPValue])
    /// Nothing, type `V`.
    case void
}

extension AMQPValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Makes a text value.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Makes an integer value.
    public init(integerLiteral value: Int64) { self = .int64(value) }
    /// Makes a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
