// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// A row holds what this program never wrote: a fault, or a newer program's row.
package struct StoredRowFault: Error, CustomStringConvertible {
    package let description: String

    package init(_ column: StaticString, of name: String) {
        description = "\(column) of \(name) holds a value that is not known here"
    }

    package init(_ column: StaticString, of id: TransactionID?) {
        self.init(column, of: id?.description ?? "a row")
    }
}

extension RowReader {
    /// An instant.
    package mutating func instant() -> Timestamp {
        Timestamp(milliseconds: integer())
    }

    /// An instant, or `nil` for `NULL`.
    package mutating func optionalInstant() -> Timestamp? {
        optionalInteger().map { Timestamp(milliseconds: $0) }
    }

    /// A Boolean.
    package mutating func flag() -> Bool {
        integer() != 0
    }

    /// One of an enumeration's words.
    package mutating func word<Word: RawRepresentable<String>>(
        _ column: StaticString,
        of id: TransactionID?
    ) throws -> Word {
        guard let word: Word = try optionalWord(column, of: id) else { throw StoredRowFault(column, of: id) }
        return word
    }

    /// One of an enumeration's words, or `nil` for `NULL`.
    package mutating func optionalWord<Word: RawRepresentable<String>>(
        _ column: StaticString,
        of id: TransactionID?
    ) throws -> Word? {
        guard let text = optionalText() else { return nil }
        guard let word = Word(rawValue: text) else { throw StoredRowFault(column, of: id) }
        return word
    }
}

extension RowWriter {
    /// Binds an instant as milliseconds, or `NULL`.
    package mutating func add(_ value: Timestamp?) {
        add(value?.milliseconds)
    }

    /// Binds a Boolean as 0 or 1.
    package mutating func add(_ value: Bool) {
        add(value ? 1 : 0)
    }
}

/// A terminal's verdict number as a text: the number itself, or why there is none.
enum StoredResponseCode {
    private static let missing = "missing"
    private static let unreadable = "unreadable"

    static func text(_ code: TerminalResult.ResponseCode) -> String {
        switch code {
        case .number(let number): String(number)
        case .missing: missing
        case .unreadable: unreadable
        }
    }

    static func value(_ text: String, of id: TransactionID) throws -> TerminalResult.ResponseCode {
        switch text {
        case missing: return .missing
        case unreadable: return .unreadable
        case let digits:
            guard let number = Int64(digits) else {
                throw StoredRowFault("transactions.result_response_code", of: id)
            }
            return .number(number)
        }
    }
}

/// The few values that are lists or maps, as JSON text; `NULL` where they are empty.
enum StoredJSON {
    static func options(_ options: [String: JSON.Scalar]) -> [UInt8]? {
        guard !options.isEmpty else { return nil }
        let members = options.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) }
        return JSON.object(members).serialized
    }

    static func options(_ text: [UInt8]?, of id: TransactionID) throws -> [String: JSON.Scalar] {
        guard let text else { return [:] }
        guard let value = try? JSONParser.parse(text), case .object(let members) = value else {
            throw StoredRowFault("transactions.options", of: id)
        }
        var options: [String: JSON.Scalar] = [:]
        for member in members {
            switch member.value {
            case .bool(let flag): options[member.name] = .bool(flag)
            case .string(let text): options[member.name] = .text(text)
            case .number(let number): options[member.name] = number.integer.map { .integer($0) }
            case .array, .object:
                options[member.name] = .structure(String(decoding: member.value.serialized, as: UTF8.self))
            case .null: break
            }
        }
        guard options.count == members.count else { throw StoredRowFault("transactions.options", of: id) }
        return options
    }

    static func headers(_ headers: [String: String]) -> [UInt8] {
        JSON.object(headers.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }).serialized
    }

    static func headers(_ text: [UInt8]?) throws -> [String: String] {
        guard let text, let value = try? JSONParser.parse(text), case .object(let members) = value else {
            throw StoredRowFault("outbox.headers", of: "a dead letter")
        }
        return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { first, _ in first }
    }
}
