// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

extension AMQPValue {
    /// The value as JSON; bytes by their number.
    var json: JSON {
        switch self {
        case .bool(let flag): .bool(flag)
        case .int64(let number): .number(JSONNumber(number))
        case .double(let number): .string(String(number))
        case .string(let text): .string(text)
        case .bytes(let bytes): .string("\(bytes.count) bytes")
        case .timestamp(let seconds):
            .string(
                Timestamp(milliseconds: Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000).partialValue)
                    .description
            )
        case .array(let values): .array(values.map(\.json))
        case .table(let table):
            .object(table.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) })
        case .void: .null
        }
    }

    /// The value as a person reads it.
    var words: String {
        if case .string(let text) = self { return text }
        return String(decoding: json.serialized, as: UTF8.self)
    }
}
