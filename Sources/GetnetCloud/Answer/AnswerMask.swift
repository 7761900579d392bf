// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Crypto

/// Takes card and person data out of what the cloud says, before anything is written or logged.
///
/// What is known to be harmless stays, what is known to be card or person data becomes a mark, and of everything else
/// each run of six or more digits becomes one: a new member of the cloud must not be the leak.
/// *Source*: docs/promises.md 5.5, docs/getnet.md 15.3.
public enum AnswerMask {
    /// The mark for a value that must not be kept.
    public static let mark = "[masked]"
    /// The mark for a run of digits.
    public static let digitsMark = "[digits]"
    /// So many digits could be a card's; groups joined by one separator count as one run.
    public static let shortestRun = 6
    /// The mark for a text of unknown content.
    public static let textMark = "[text]"
    /// So many bytes of a quarantined body are kept.
    public static let keptBytes = 4_096

    /// What is kept of a callback that is no evidence, as JSON of at most `keptBytes`.
    ///
    /// A document keeps what is known to be harmless, without runs of six or more digits, and the names of members.
    /// Anything else is kept as its length and its SHA-256 only: what cannot be read by name cannot be masked by name.
    public static func quarantined(_ content: AnswerContent, bytes: [UInt8]) -> [UInt8] {
        if case .json(let json) = content {
            let kept = masked(json, strength: .withoutTexts).serialized
            if kept.count <= keptBytes { return kept }
        }
        let digest = SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return JSON.object([
            JSON.Member("bytes", .number(JSONNumber(Int64(bytes.count)))), JSON.Member("sha256", .string(digest)),
        ]).serialized
    }

    /// A text for people, masked and cut to so many bytes; `nil` if nothing is left.
    static func freeText(_ text: String, limit: Int) -> String? {
        let masked = maskedText(text, .ofDigits)
        return masked.isEmpty ? nil : masked.cut(to: limit)
    }

    /// How much is taken out.
    enum Strength {
        /// Card and person data by name, runs of digits, and texts that may be encoded.
        case ofDigits
        /// Texts and numbers under unknown names as well.
        case withoutTexts
    }

    /// The document with every member masked by its name; strings that hold JSON must be unfolded.
    static func masked(_ value: JSON, strength: Strength = .ofDigits) -> JSON {
        switch value {
        case .null, .bool: value
        case .number(let number):
            strength == .withoutTexts || holdsDigitRun(number.lexeme) ? .string(digitsMark) : value
        case .string(let text): .string(maskedText(text, strength))
        case .array(let elements): .array(elements.map { masked($0, strength: strength) })
        case .object(let members): .object(members.map { masked($0, strength) })
        }
    }

    private static func masked(_ member: JSON.Member, _ strength: Strength) -> JSON.Member {
        switch (MemberKind(member.name), member.value) {
        case (_, .null): return member
        case (.private, _): return JSON.Member(member.name, .string(mark))
        case (.safe, .number(let number)):
            return strength == .withoutTexts && holdsDigitRun(number.lexeme)
                ? JSON.Member(member.name, .string(digitsMark)) : member
        case (.safe, .bool): return member
        case (.safe, .string(let text)) where text.utf8.count <= MemberKind.longestSafe && !looksLikeJSON(text):
            guard strength == .withoutTexts else { return member }
            return JSON.Member(member.name, .string(replacingDigitRuns(in: text)))
        case (.lastDigits, .string(let text)):
            return JSON.Member(member.name, .string(text.utf8.count <= 4 ? text : mark))
        case (.lastDigits, .number(let number)):
            return JSON.Member(member.name, number.lexeme.utf8.count <= 4 ? member.value : .string(mark))
        case (.safe, _), (.lastDigits, _), (.unknown, _):
            return JSON.Member(replacingDigitRuns(in: member.name), masked(member.value, strength: strength))
        }
    }

    private static func maskedText(_ text: String, _ strength: Strength) -> String {
        switch strength {
        case .withoutTexts: return text.isEmpty ? text : textMark
        case .ofDigits:
            // What looks like members but cannot be read by name cannot be masked by name.
            if looksLikeJSON(text) || text.utf8.contains(UInt8(ascii: "<")) { return mark }
            return looksEncoded(text) ? textMark : replacingDigitRuns(in: text)
        }
    }

    /// Longer words may be Base64 or hexadecimal digits.
    private static let longestWord = 24

    /// Whether there is a word in a text that is longer than people's words.
    private static func looksEncoded(_ text: String) -> Bool {
        guard text.utf8.count > longestWord else { return false }
        var length = 0
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): length += 1
            default: length = 0
            }
            if length > longestWord { return true }
        }
        return false
    }

    /// Whether there may be members, elements or a string inside a text.
    private static func looksLikeJSON(_ text: String) -> Bool {
        var isFirst = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "{"): return true
            case UInt8(ascii: "["), UInt8(ascii: "\""): if isFirst { return true }
            case 0x20, 0x09...0x0D: continue
            default: break
            }
            isFirst = false
        }
        return false
    }
}

/// What a member's name says about its value.
private enum MemberKind {
    /// Needed to know what happened, or harmless.
    case safe
    /// The last digits of a card: at most four are kept.
    case lastDigits
    /// Card or person data.
    case `private`
    /// Not known.
    case unknown

    /// No harmless value is longer.
    static let longestSafe = 64

    init(_ name: String) {
        // Nearly every name has its documented spelling. Few names share its length; comparing them costs less than a
        // hash.
        if name.utf8.count < Self.byLength.count,
            let kind = Self.byLength[name.utf8.count].first(where: { $0.name == name })?.kind
        {
            self = kind
            return
        }
        let bytes = name.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map(\.loosened)
        self =
            Self.known[String(decoding: bytes, as: UTF8.self)]
            ?? (Self.privateParts.contains(where: bytes.hold) ? .private : .unknown)
    }

    /// What only names of card and person data hold, in English and in Spanish.
    private static let privateParts = [
        "expir", "expdate", "vencim", "titular", "holder", "address", "direcc", "domicil", "rut", "pan", "track",
        "nombre",
        "cardnumber", "tarjeta", "cvv", "cvc", "email", "correo", "phone", "telefono", "document", "passport",
    ].map { Array($0.utf8) }

    private static let known: [String: MemberKind] = {
        let safe = [
            "code", "idPosTxs", "id", "customId", "functionCode", "responseCode", "commerceCode",
            "terminalId", "ticket", "authorizationCode", "amount", "sharesNumber", "sharesAmount", "operationId",
            "cardType", "cardBrand", "accountingDate", "realDate", "dateTime", "employeeId", "tip", "cashback",
            "saleType", "posMode", "transToken", "entryMode", "aid", "paymentMethod", "integrationType", "rutMatch",
            "rutCheckResult", "success", "connected",
        ]
        let cardAndPerson = [
            "bin", "expiryDate", "expirationDate", "expiry", "accountNumber", "cardNumber", "pan", "maskedPan",
            "track1", "track2", "cvv", "cardholder", "cardholderName", "holderName", "commerceRut", "rut", "rutRead",
            "rutToValidate", "commerceName", "branchName", "branchAddress", "branchDistrict", "address", "token",
        ]
        var known: [String: MemberKind] = [:]
        // Documented names that say nothing of their value stand here too, so that they are not searched for parts each
        // time.
        let silent = [
            "data", "response", "message", "responseMessage", "accountType", "sharesType", "posEntryMode", "status",
        ]
        for (names, kind) in [
            (safe, MemberKind.safe), (cardAndPerson, .private), (["last4Digits"], .lastDigits), (silent, .unknown),
        ] {
            for name in names {
                known[name] = kind
                known[name.lowercased()] = kind
            }
        }
        return known
    }()

    /// The known names by their number of bytes.
    private static let byLength: [[(name: String, kind: MemberKind)]] = {
        let longest = known.keys.map(\.utf8.count).max() ?? 0
        return (0...longest).map { length in
            known.filter { $0.key.utf8.count == length }.map { (name: $0.key, kind: $0.value) }
        }
    }()
}
