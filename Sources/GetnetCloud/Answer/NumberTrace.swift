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

    /// Parts of a name that only a number of Getnet's has.
    private static let nameParts = ["idpos", "postxs"]

    /// What holds what the terminal or the cloud says of a transaction: a bare number in it is one of Getnet's.
    private static let containers: Set<String> = ["data", "response", "result", "results", "transaction", "payload"]

    /// What a refusal may repeat of the request, or say of itself, in `data`: no number under these names is Getnet's.
    private static let echoes: Set<String> = [
        "amount", "code", "command", "commercecode", "customid", "employeeid", "errorcode", "functioncode",
        "idsucursal",
        "idterminal", "responsecode", "retryafter", "saletype", "seconds", "serialnumber", "status", "sucursalid",
        "terminalid", "ticket", "ticketnumber", "tip", "wait",
    ]

    /// Fewer digits in a row, in the midst of words, are a count, a time or an error's number.
    private static let shortestNumber = 5

    /// Whether a document holds a trace; strings that hold JSON must be unfolded.
    ///
    /// What is no object from outside has no wrapper that says what a number in it means.
    static func isIn(_ json: JSON) -> Bool {
        if case .object = json { return isIn(json, insideData: false) }
        return isIn(json, insideData: true)
    }

    private static func isIn(_ value: JSON, insideData: Bool) -> Bool {
        switch value {
        case .null, .bool: false
        case .number: insideData && value.cloudNumber != nil
        case .string(let text): insideData && holdsNumber(text) || mayBeIn(Array(text.utf8), isValue: true)
        case .array(let elements): elements.contains { isIn($0, insideData: insideData) }
        case .object(let members):
            members.contains { member in
                let name = plain(member.name.utf8)
                if names.contains(name) || nameParts.contains(where: name.contains) {
                    return !member.value.isAbsentIdentity
                }
                if echoes.contains(name), !member.value.isContainer { return isNamed(in: member.value) }
                return isIn(member.value, insideData: insideData || containers.contains(name))
            }
        }
    }

    /// Whether a text in `data` holds a number, alone or in the midst of words.
    private static func holdsNumber(_ text: String) -> Bool {
        if JSON.string(text).cloudNumber != nil { return true }
        return text.utf8.split { !isDigit($0) }.contains { $0.count >= shortestNumber }
    }

    /// Whether a text names a number; what else stands in it is the request's or a word.
    private static func isNamed(in value: JSON) -> Bool {
        guard case .string(let text) = value else { return false }
        return mayBeIn(Array(text.utf8), isValue: true)
    }

    /// Whether text that is no JSON document may hold a number.
    ///
    /// What begins as JSON and is none was damaged, and what it held is not known; what is nothing but a number is one.
    /// `isValue` is said of a string within a document, which may begin with anything.
    static func mayBeIn(_ text: [UInt8], isValue: Bool = false) -> Bool {
        if !isValue, let first = text.first(where: { !$0.isJSONSpace }), first.opensJSON || isDigit(first) {
            return true
        }
        // "idPosTxs" in any spelling, whatever it is wrapped in, and the beginning of it where the text was cut.
        let unescaped = Wrapping.undone(text)
        if plain(unescaped).contains("idpos") || WrappedNumber.isIn(unescaped, named: isNamed) { return true }
        return isInWrappedDocument(unescaped) || isEncodedTrace(text)
    }

    /// Whether a document that something is wrapped around holds a trace: one that can be read by the rules of documents, one that
    /// cannot where any of its members is a number.
    private static func isInWrappedDocument(_ text: [UInt8]) -> Bool {
        switch Wrapping.document(in: text) {
        case .object(let json): isIn(json.unfolded())
        case .list(let json): isIn(.array([json.unfolded()]))
        case nil:
            WrappedNumber.isAnyMember(in: text) { name, digits in digits >= shortestNumber && !echoes.contains(name) }
        }
    }

    /// Whether so many digits behind a word are a number of Getnet's: "response: 403" is none.
    private static func isNamed(_ name: String, digits: Int) -> Bool {
        names.contains(name) || containers.contains(name) && digits >= shortestNumber
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Letters and digits in lower case, nothing else.
    static func plain(_ bytes: some Sequence<UInt8>) -> String {
        String(
            decoding: bytes.lazy.map(\.loosened).filter { (97...122).contains($0) || (48...57).contains($0) },
            as: UTF8.self
        )
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

extension JSON {
    /// An array or an object.
    var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}
