// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Finds the traces of a number of Getnet's in an answer that is to permit another POST, or a failure.
///
/// A number stands for something that was started. Its place is known for some layouts only, so this looks everywhere,
/// and a doubtful trace counts as one: an unnecessary doubt costs time, an unnecessary POST costs money.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
enum NumberTrace {
    /// Names under which a number of Getnet's was seen or is likely, in lower case, letters and digits only.
    private static let names: Set<String> = [
        "id", "idpostx", "idpostxs", "postxid", "postxsid", "idtx", "idtxs", "txid", "idtransaction", "transactionid",
        // A receipt's number, an authorization and the terminal's token name a payment as well.
        "authorizationcode", "operationid", "transtoken",
    ]

    /// Parts of a name that only a number of Getnet's has.
    private static let nameParts = ["idpos", "postxs"].map { Array($0.utf8) }

    /// The beginning of the name that the number has.
    private static let numberName = Array("idpos".utf8)

    /// What holds what the terminal or the cloud says of a transaction: a bare number in it is one of Getnet's.
    private static let containers: Set<String> = ["data", "response", "result", "results", "transaction", "payload"]

    /// What a refusal may repeat of the request, or say of itself, in `data`: no number under these names is Getnet's.
    private static let echoes: Set<String> = [
        "amount", "code", "command", "commercecode", "customid", "employeeid", "errorcode", "functioncode",
        "idsucursal",
        "idterminal", "responsecode", "retryafter", "saletype", "seconds", "serialnumber", "status", "sucursalid",
        "terminalid", "ticket", "ticketnumber", "tip", "wait",
    ]

    /// What a server or a gateway says of itself beside `data`, and what it may repeat of the request or the merchant.
    private static let measures: Set<String> = [
        "build", "codigo", "column", "comercio", "correlationid", "count", "date", "datetime", "duration", "elapsed",
        "errno",
        "error", "errorcodes", "fecha", "hora", "httpcode", "httpstatus", "idcomercio", "incidentid", "internalcode",
        "keypos",
        "length", "limit", "line", "merchantid", "phone", "port", "pos", "quota", "rayid", "reasoncode", "reference",
        "remaining", "requestid", "reset", "retryafterms", "rut", "serial", "size", "spanid", "statuscode", "supportid",
        "time", "timeout", "timestamp", "took", "traceid", "ts", "version", "window",
    ]

    /// Getnet's numbers have so many digits, with room to grow.
    private static let likelyLengths = 5...9

    /// Whether a value is a number as long as Getnet's are.
    private static func isLikelyNumber(_ value: JSON) -> Bool {
        value.cloudNumber.map { likelyLengths.contains($0.utf8.count) } ?? false
    }

    /// Fewer digits in a row, in the midst of words, are a count, a time or an error's number.
    private static let shortestNumber = 5
    /// No number that can be read has more.
    private static let longestNumber = 19

    /// Whether a document holds a trace; strings that hold JSON must be unfolded.
    ///
    /// If the whole document is no object, it has no wrapper that says what a number in it means.
    static func isIn(_ json: JSON) -> Bool {
        if case .object = json { return isIn(json, insideData: false, depth: 0) }
        return isIn(json, insideData: true, depth: 0)
    }

    private static func isIn(_ value: JSON, insideData: Bool, depth: Int) -> Bool {
        switch value {
        case .null, .bool: false
        case .number(let number):
            // A number that is too long to be read counts all the same.
            insideData && (value.cloudNumber != nil || number.lexeme.utf8.count > longestNumber)
        case .string(let text):
            insideData && holdsNumber(text) || text.isDoubtful || mayBeIn(Array(text.utf8), isValue: true, depth: depth)
        case .array(let elements): elements.contains { isIn($0, insideData: insideData, depth: depth) }
        case .object(let members):
            members.contains { member in
                let name = plain(member.name.utf8)
                if member.name.isDoubtful { return true }
                if names.contains(name) || nameParts.contains(where: Array(name.utf8).hold) {
                    return !member.value.isAbsentIdentity
                }
                if echoes.contains(name), !member.value.isContainer { return isNamed(in: member.value, depth: depth) }
                // A member with an unknown name may be the number under another name; so may the name itself.
                if isLikelyNumber(.string(member.name)) { return true }
                if !measures.contains(name), member.value.elements.contains(where: isLikelyNumber) { return true }
                return isIn(member.value, insideData: insideData || containers.contains(name), depth: depth)
            }
        }
    }

    /// Whether a text in `data` holds a number, alone or in the midst of words.
    private static func holdsNumber(_ text: String) -> Bool {
        if JSON.string(text).cloudNumber != nil { return true }
        return text.utf8.split { !isDigit($0) }.contains { $0.count >= shortestNumber }
    }

    /// Whether a text names a number; the rest of it is a word or comes from the request.
    private static func isNamed(in value: JSON, depth: Int) -> Bool {
        guard case .string(let text) = value else { return false }
        return mayBeIn(Array(text.utf8), isValue: true, depth: depth)
    }

    /// Whether text that is no JSON document may hold a number.
    ///
    /// Text that is nothing but a number is one. Text that carries a damaged answer of the cloud, or one in another
    /// notation, is not believed. `isValue` is said of a string within a document, which may begin with anything.
    static func mayBeIn(_ text: [UInt8], isValue: Bool = false) -> Bool { mayBeIn(text, isValue: isValue, depth: 0) }

    private static func mayBeIn(_ text: [UInt8], isValue: Bool, depth: Int) -> Bool {
        if !isValue, let first = text.first(where: { !$0.isJSONSpace }), isDigit(first), isNumber(text[...]) {
            return true
        }
        // "idPosTxs" in any spelling and any wrapping, and the beginning of it where the text was cut.
        let unescaped = Wrapping.undone(text)
        if Array(plain(unescaped).utf8).hold(Self.numberName) || WrappedNumber.isIn(unescaped, named: isNamed) {
            return true
        }
        if SpokenNumber.isIn(unescaped) { return true }
        if WrappedAnswer.isIn(unescaped, isValue: isValue, isNumber: { !echoes.contains($0) && isNumber($1) }) {
            return true
        }
        let documents = Wrapping.documents(in: unescaped)
        let encoded = Wrapping.encoded(in: unescaped)
        // A text that holds itself again and again is not written for people.
        guard depth < JSON.deepestFolding else { return !(documents.isEmpty && encoded.isEmpty) }
        return documents.contains { isWrapped($0.unfolded(), depth: depth + 1) }
            || encoded.contains { mayBeIn($0, isValue: true, depth: depth + 1) }
    }

    /// Whether a document within a text holds a trace; a list of short numbers and words is part of a sentence.
    private static func isWrapped(_ json: JSON, depth: Int) -> Bool {
        guard case .array(let elements) = json else { return isIn(json, insideData: false, depth: depth) }
        return elements.contains { element in
            if case .number(let number) = element, number.lexeme.utf8.count < shortestNumber { return false }
            return isIn(element, insideData: true, depth: depth)
        }
    }

    /// Whether a value is nothing but a number that may be Getnet's; a key in hexadecimal only begins with digits.
    private static func isNumber(_ value: ArraySlice<UInt8>) -> Bool {
        let digits = value.drop { $0.isJSONSpace || $0 == UInt8(ascii: "+") || $0.isQuoteOrEscape }.prefix(
            while: isDigit
        )
        guard digits.count >= shortestNumber, !digits.allSatisfy({ $0 == 48 }) else { return false }
        return digits.endIndex == value.endIndex || !value[digits.endIndex].isOfWord
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
}

extension JSON {
    /// What stands in a list; of anything else the value itself.
    fileprivate var elements: [JSON] { if case .array(let elements) = self { elements } else { [self] } }

    /// An array or an object.
    var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .number, .string: false
        }
    }
}

extension String {
    /// Whether something in it could not be read for certain, so that it may have meant anything.
    fileprivate var isDoubtful: Bool { unicodeScalars.contains("\u{FFFD}") }
}
