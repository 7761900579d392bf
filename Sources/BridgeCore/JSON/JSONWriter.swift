// SPDX-License-Identifier: Apache-2.0

/// Writes compact JSON straight into bytes; members that have no value are left out.
///
/// Events are written some three times per transaction, so this is on the hot path.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Begins with room for that many bytes.
    public init(reserving capacity: Int = 1_024) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members the closure adds.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Writes an array whose elements the closure adds.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        elements(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member that is an object.
    public mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    /// Writes a member that is an array.
    public mutating func array(_ name: String, _ elements: (inout JSONWriter) -> Void) {
        key(name)
        array(elements)
    }

    /// Writes a string member, or nothing for `nil` and for the empty string.
    public mutating func member(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        key(name)
        self.value(value)
    }

    /// Writes an integer member, or nothing for `nil`.
    public mutating func member(_ name: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        key(name)
        separate()
        append(integer: Int64(value))
        needsComma = true
    }

    /// Writes a Boolean member.
    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }

    /// Writes a member from a tree, or nothing for `nil`.
    public mutating func member(_ name: String, _ value: JSON?) {
        guard let value else { return }
        key(name)
        self.value(value)
    }

    /// Writes a member whose value is JSON text already.
    public mutating func member(_ name: String, rawJSON: some Collection<UInt8>) {
        key(name)
        separate()
        bytes.append(contentsOf: rawJSON)
        needsComma = true
    }

    /// Writes an element that is JSON text already.
    public mutating func rawElement(_ bytes: some Collection<UInt8>) {
        separate()
        self.bytes.append(contentsOf: bytes)
        needsComma = true
    }

    /// Writes a string.
    public mutating func value(_ value: String) {
        separate()
        quote(value)
        needsComma = true
    }

    /// Writes a tree.
    public mutating func value(_ value: JSON) {
        switch value {
        case .null: raw("null")
        case .bool(let flag): raw(flag ? "true" : "false")
        case .number(let number): raw(number.lexeme)
        case .string(let text): self.value(text)
        case .array(let elements):
            array { writer in
                for element in elements { writer.value(element) }
            }
        case .object(let members):
            object { writer in
                for member in members {
                    writer.key(member.name)
                    writer.value(member.value)
                }
            }
        }
    }

    private mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func append(integer value: Int64) {
        bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every string needs no escape and is copied as a whole.
        if text.utf8.isPlainInJSON {
            bytes.append(contentsOf: text.utf8)
        } else {
            escape(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.hexadecimal[Int(byte >> 4)])
                bytes.append(Self.hexadecimal[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}

extension String.UTF8View {
    /// Whether none of the bytes is escaped in JSON; looked at where they lie.
    fileprivate var isPlainInJSON: Bool {
        let bytes = span
        var escaped: UInt8 = 0
        // Without a branch, so that many bytes are compared at once.
        for index in bytes.indices {
            let byte = bytes[index]
            escaped |= byte < 0x20 ? 1 : 0
            escaped |= byte == UInt8(ascii: "\"") ? 1 : 0
            escaped |= byte == UInt8(ascii: "\\") ? 1 : 0
        }
        return escaped == 0
    }
}

extension JSON {
    /// The value as compact JSON text.
    public var serialized: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.value(self)
        return writer.bytes
    }

    /// The value with members in the order of their names and numbers in one spelling: equal content is equal text.
    public var canonical: JSON {
        switch self {
        case .null, .bool, .string: self
        case .number(let number): .number(JSONNumber(lexeme: number.canonical))
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let members):
            .object(members.map { Member($0.name, $0.value.canonical) }.sorted { $0.name < $1.name })
        }
    }
}
