// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Foundation

/// Finds the traces of a number of Getnet's in an answer that is to permit another POST, or a failure.
///
/// A number stands for something that was started. Where answers have it is known for some layouts only, so that this looks
/// everywhere, and a doubtful trace counts as one: a doubt that was not necessary costs time, a POST that was not costs money.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
enum NumberTrace {
    /// Names under which a number of Getnet's was seen or is likely, in lower case, letters and digits only.
    private static let names: Set<String> = [
        "id", "idpostx", "idpostxs", "postxid", "postxsid", "idtx", "idtxs", "txid", "idtransaction", "transactionid",
        // A receipt's number, an authorization and the terminal's token name a payment as well.
        "authorizationcode", "operationid", "transtoken",
    ]

    /// What a refusal may repeat of the request, or say of itself, in `data`: no number under these names is Getnet's.
    private static let echoes: Set<String> = [
        "amount", "code", "command", "commercecode", "customid", "employeeid", "errorcode", "functioncode",
        "idsucursal",
        "idterminal", "responsecode", "retryafter", "saletype", "seconds", "serialnumber", "status", "sucursalid",
        "terminalid", "ticket", "ticketnumber", "tip", "wait",
    ]

    /// Whether a document holds a trace; strings that hold JSON must be unfolded.
    static func isIn(_ json: JSON) -> Bool { isIn(json, insideData: false) }

    private static func isIn(_ value: JSON, insideData: Bool) -> Bool {
        switch value {
        case .null, .bool: false
        case .number: insideData && value.cloudNumber != nil
        case .string(let text): insideData && value.cloudNumber != nil || mayBeIn(Array(text.utf8), isValue: true)
        case .array(let elements): elements.contains { isIn($0, insideData: insideData) }
        case .object(let members):
            members.contains { member in
                let name = plain(member.name.utf8)
                if names.contains(name) { return !member.value.isAbsentIdentity }
                if echoes.contains(name), !member.value.isContainer { return false }
                return isIn(member.value, insideData: insideData || name == "data")
            }
        }
    }

    /// Whether text that is no JSON document may hold a number.
    ///
    /// What begins as JSON and is none was damaged, and what it held is not known. `isValue` is said of a string within a
    /// document, which may begin with anything.
    static func mayBeIn(_ text: [UInt8], isValue: Bool = false) -> Bool {
        if !isValue, text.first(where: { !$0.isJSONSpace })?.opensJSON == true { return true }
        // "idPosTxs" in any spelling, whatever it is wrapped in, and the beginning of it where the text was cut.
        let unescaped = undoingEscapes(text)
        return plain(unescaped).contains("idpos") || namesNumber(unescaped) || isEncodedTrace(text)
    }

    /// Whether a number stands behind one of the names: a member of JSON that is wrapped in something else, an element of
    /// XML, a field of a form.
    private static func namesNumber(_ text: [UInt8]) -> Bool {
        // Quotes, their escapes and white space say nothing about which member it is.
        let bare = text.filter { !$0.isJSONSpace && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        return bare.indices.contains { mark in
            guard beforeValue.contains(bare[mark]), bare[(mark + 1)...].first(where: { $0 != 48 }).map(isDigit) == true
            else { return false }
            return names.contains(
                plain(bare[..<mark].suffix(while: { isDigit($0) || (97...122).contains($0.loosened) }))
            )
        }
    }

    /// What stands between a name and its value in JSON, XML and forms.
    private static let beforeValue: Set<UInt8> = [UInt8(ascii: ":"), UInt8(ascii: ">"), UInt8(ascii: "=")]

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Letters and digits in lower case, nothing else.
    private static func plain(_ bytes: some Sequence<UInt8>) -> String {
        String(
            decoding: bytes.lazy.map(\.loosened).filter { (97...122).contains($0) || (48...57).contains($0) },
            as: UTF8.self
        )
    }

    /// Undoes `\u0069`, by which JSON may spell any letter.
    private static func undoingEscapes(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        var plain: [UInt8] = []
        var position = 0
        while position < text.count {
            let escape = text[position...].prefix(6)
            if escape.count == 6, escape.starts(with: Array("\\u00".utf8)),
                let code = UInt8(String(decoding: escape.suffix(2), as: UTF8.self), radix: 16)
            {
                plain.append(code)
                position += 6
            } else {
                plain.append(text[position])
                position += 1
            }
        }
        return plain
    }

    /// Shorter text is a word, not something that was encoded.
    private static let shortestEncoded = 16

    /// Whether the text is Base64 of something that holds a trace.
    private static func isEncodedTrace(_ text: [UInt8]) -> Bool {
        guard text.count >= shortestEncoded, text.allSatisfy(isOfBase64) else { return false }
        let letters = String(decoding: text.filter { !$0.isJSONSpace }, as: UTF8.self)
            .replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - letters.utf8.count % 4) % 4)
        guard let inner = Data(base64Encoded: letters + padding) else { return false }
        return switch AnswerContent(Array(inner)) {
        case .empty, .undecodable: false
        case .json(let json): json.isContainer && isIn(json)
        case .text(let text): plain(text).contains("idpos")
        }
    }

    private static func isOfBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="): true
        default: byte.isJSONSpace
        }
    }
}

extension ArraySlice {
    /// The longest end of which every element fits.
    fileprivate func suffix(while fits: (Element) -> Bool) -> ArraySlice {
        self[(lastIndex { !fits($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}

extension JSON {
    /// An array or an object.
    var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}
