// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What the body of an answer or a callback holds, once everything around the JSON is undone.
///
/// This is the only place where bytes of the cloud become text: content coding, byte order mark, charset, and JSON that
/// was written into strings. Every caller has to say what it does with a body that could not be read; such a body is
/// never taken for an empty one.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
public enum AnswerContent: Sendable, Equatable {
    /// No body, or nothing but white space.
    case empty
    /// One JSON document; strings that held JSON hold its value.
    case json(JSON)
    /// Text that is no JSON document, in UTF-8: a page of a proxy, JSON that was cut, XML.
    case text([UInt8])
    /// Bytes that are not even text: an unknown content coding, named or not, a damaged one, or too much behind it.
    case undecodable

    /// A longer body is not decoded, in bytes.
    public static let decodedLimit = 4 * 1_024 * 1_024

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - bytes: The body as it came.
    ///   - contentType: The header field of that name; only its `charset` is used.
    ///   - contentEncoding: The header field of that name.
    ///   - limit: The most bytes that the body may have once it is decoded.
    public init(
        _ bytes: [UInt8],
        contentType: String? = nil,
        contentEncoding: String? = nil,
        limit: Int = AnswerContent.decodedLimit
    ) {
        guard let decoded = ContentCoding.undo(contentEncoding, of: bytes, limit: limit) else {
            self = .undecodable
            return
        }
        let text = TextEncoding.utf8(decoded, contentType: contentType)
        guard text.contains(where: { !$0.isJSONSpace }) else {
            self = .empty
            return
        }
        if let json = try? JSONParser.parse(text, .lenient) {
            self = .json(json.unfolded())
        } else {
            // Something compressed or encoded, and nothing says how.
            self = text.contains(where: \.isUnwritable) ? .undecodable : .text(text)
        }
    }

    /// The document, where there is one.
    public var json: JSON? { if case .json(let json) = self { json } else { nil } }

    /// Whether the body was understood well enough to believe a refusal.
    ///
    /// It holds no number of Getnet's, and it cannot be a damaged answer that held one.
    ///
    /// A number of Getnet's anywhere in the answer is the sign that something was started.
    var provesNoNumber: Bool {
        switch self {
        case .empty: true
        case .json(let json): !NumberTrace.isIn(json)
        case .text(let text): !NumberTrace.mayBeIn(text)
        case .undecodable: false
        }
    }
}

extension JSON {
    /// Strings hold JSON that holds strings that hold JSON down to this depth; deeper ones stay strings.
    static let deepestFolding = 3

    /// The same value, in which each string that is a JSON array or object is replaced by it.
    ///
    /// Source: `docs/decisions/0011-one-reading-of-bytes.md`; some layouts of the cloud carry `data` or `response` so.
    func unfolded(depth: Int = 0) -> JSON {
        switch self {
        case .null, .bool, .number: self
        case .string(let text): Self.unfolded(text, depth: depth)
        case .array(let elements):
            elements.contains(where: \.mayUnfold) ? .array(elements.map { $0.unfolded(depth: depth) }) : self
        case .object(let members):
            members.contains { $0.value.mayUnfold }
                ? .object(members.map { Member($0.name, $0.value.unfolded(depth: depth)) }) : self
        }
    }

    /// Whether a string somewhere in it may hold JSON.
    private var mayUnfold: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): text.unmarked.utf8.first { !$0.isJSONSpace }.map(\.opensJSON) ?? false
        case .array(let elements): elements.contains(where: \.mayUnfold)
        case .object(let members): members.contains { $0.value.mayUnfold }
        }
    }

    private static func unfolded(_ text: String, depth: Int) -> JSON {
        guard depth < deepestFolding, JSON.string(text).mayUnfold,
            let inner = try? JSONParser.parse(Array(text.unmarked.utf8), .lenient)
        else { return .string(text) }
        return inner.unfolded(depth: depth + 1)
    }
}

extension String {
    /// Without a byte order mark in front.
    fileprivate var unmarked: Substring {
        // The mark begins with this byte.
        utf8.first == 0xEF && unicodeScalars.first == "\u{FEFF}" ? Substring(unicodeScalars.dropFirst()) : self[...]
    }
}

extension UInt8 {
    /// White space of JSON.
    var isJSONSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }

    /// A character that stands in no text.
    fileprivate var isUnwritable: Bool { self < 0x20 && !isJSONSpace && self != 0x0B && self != 0x0C }

    /// The first character of an object, an array or a string.
    var opensJSON: Bool { self == UInt8(ascii: "{") || self == UInt8(ascii: "[") || self == UInt8(ascii: "\"") }
}
