// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Takes card and person data out of what the cloud says, before anything is written or logged.
///
/// What is known to be harmless stays, what is known to be card or person data becomes a mark, and of everything else
/// each run of six or more digits becomes one: a new member of the cloud must not be the leak.
/// *Source*: contract §5, reference §8.
public enum AnswerMask {
    /// The mark for a value that must not be kept.
    public static let mark = "[masked]"
    /// The mark for a run of digits.
    public static let digitsMark = "[digits]"
    /// So many digits could be a card's; groups joined by one separator count as one run.
    public static let shortestRun = 6
    /// So many bytes of a quarantined body are kept.
    public static let keptBytes = 4_096

    /// A quarantined body with every run of six or more digits replaced, cut to `keptBytes`, in valid UTF-8.
    public static func maskedBody(_ bytes: [UInt8]) -> [UInt8] {
        // JSON can spell digits as escapes, so it is masked as what it says.
        let shown = (try? JSONParser.parse(bytes)).map { masked($0).serialized } ?? bytes
        let text = replacingDigitRuns(in: String(decoding: shown, as: UTF8.self))
        return Array(text.cut(to: keptBytes).utf8)
    }

    /// A text for people, masked and cut to so many bytes; `nil` if nothing is left.
    static func freeText(_ text: String, limit: Int) -> String? {
        let masked = maskedText(text, depth: 0)
        return masked.isEmpty ? nil : masked.cut(to: limit)
    }

    /// The value with every member masked by its name, also inside strings that hold JSON.
    static func masked(_ value: JSON, depth: Int = 0) -> JSON {
        switch value {
        case .null, .bool: value
        case .number(let number): holdsDigitRun(number.lexeme) ? .string(digitsMark) : value
        case .string(let text): .string(maskedText(text, depth: depth))
        case .array(let elements): .array(elements.map { masked($0, depth: depth) })
        case .object(let members): .object(members.map { masked($0, depth: depth) })
        }
    }

    private static func masked(_ member: JSON.Member, depth: Int) -> JSON.Member {
        switch (MemberKind(member.name), member.value) {
        case (_, .null): return member
        case (.private, _): return JSON.Member(member.name, .string(mark))
        case (.safe, .number), (.safe, .bool): return member
        case (.safe, .string(let text)) where text.utf8.count <= MemberKind.longestSafe && !looksLikeJSON(text):
            return member
        case (.lastDigits, .string(let text)):
            return JSON.Member(member.name, .string(text.utf8.count <= 4 ? text : mark))
        case (.lastDigits, .number(let number)):
            return JSON.Member(member.name, number.lexeme.utf8.count <= 4 ? member.value : .string(mark))
        case (.safe, _), (.lastDigits, _), (.unknown, _):
            return JSON.Member(replacingDigitRuns(in: member.name), masked(member.value, depth: depth))
        }
    }

    /// How deep strings may hold JSON that holds strings that hold JSON.
    private static let deepestEncoding = 3

    private static func maskedText(_ text: String, depth: Int) -> String {
        guard looksLikeJSON(text) else { return replacingDigitRuns(in: text) }
        // What looks like members but cannot be read by name cannot be masked by name.
        guard depth < deepestEncoding, let inner = try? JSONParser.parse(Array(text.utf8)) else { return mark }
        return String(decoding: masked(inner, depth: depth + 1).serialized, as: UTF8.self)
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
        // Nearly every name comes in its documented spelling.
        if let kind = Self.known[name] {
            self = kind
            return
        }
        let bytes = name.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.map(\.loosened)
        self = Self.known[String(decoding: bytes, as: UTF8.self)] ?? .unknown
    }

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
        for (names, kind) in [(safe, MemberKind.safe), (cardAndPerson, .private), (["last4Digits"], .lastDigits)] {
            for name in names {
                known[name] = kind
                known[name.lowercased()] = kind
            }
        }
        return known
    }()
}
