// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// The texts of the cloud, in two strengths: literals that may decide, and guesses that may only explain.
///
/// A guess from a word inside a text chooses a reason for people, never a status and never another POST.
/// *Source*: docs/getnet.md 6.3; docs/promises.md 4.3.
struct MessageCatalogue: Sendable {
    private let wholes: [String: CloudFault]
    private let beginnings: [(text: String, fault: CloudFault)]

    /// A catalogue of what is known; of two literals for one text the first one counts.
    init(_ literals: [CloudLiteral]) {
        let plain = literals.map { (text: Self.plain($0.text), literal: $0) }
        wholes = Dictionary(plain.map { ($0.text, $0.literal.fault) }) { first, _ in first }
        beginnings = plain.filter { $0.literal.extent == .beginning }.map { ($0.text, $0.literal.fault) }
    }

    /// The fault that the whole text is a literal of.
    func literal(_ message: String?) -> CloudFault? {
        guard let message, !Self.isCut(message) else { return nil }
        let text = Self.withoutTimeHint(Self.normalized(message))
        return wholes[text] ?? beginnings.first { Self.goesOn(text, from: $0.text) }?.fault
    }

    /// Whether the end of a text may be missing: then it is not known what else it said.
    static func isCut(_ message: String) -> Bool { message.utf8.count > AnswerReader.messageLimit - 4 }

    /// Whether a text begins so and goes on in an unknown way, without a word of another message.
    private static func goesOn(_ text: String, from beginning: String) -> Bool {
        guard text.hasPrefix(beginning) else { return false }
        let rest = text.dropFirst(beginning.count)
        return rest.first.map { !$0.isLetter && !$0.isNumber } ?? true && guess(String(rest)) == nil
    }

    /// A literal the way it is looked up: masked like everything that the cloud says, then normalized.
    static func plain(_ text: String) -> String {
        withoutTimeHint(normalized(AnswerMask.freeText(text, limit: AnswerReader.messageLimit) ?? ""))
    }

    /// What a text probably means.
    static func guess(_ message: String?) -> CloudFault? {
        guard let message else { return nil }
        let text = normalized(message)
        return guesses.first { $0.words.contains { text.contains($0) } }?.fault
    }

    /// Whether a text may say that a command reached the terminal: it speaks of waiting or of progress.
    ///
    /// All words are looked for, so that a word of another fault before them hides nothing.
    static func maySpeakOfStart(_ message: String?) -> Bool {
        maySpeakOfWaiting(message) || contains(message, progressWords) || message.map(isCut) ?? false
    }

    /// Whether a text may say that the cloud waited for the terminal in vain.
    static func maySpeakOfWaiting(_ message: String?) -> Bool {
        contains(message, timeoutWords + unreachableWords)
    }

    /// Whether a text anywhere in an answer says that a command was sent, is under way, or was waited for.
    ///
    /// A token "expired" as well, and a session "timed out": beside status 401 only whole texts of waiting count.
    func speaksOfStart(_ text: String, beside status: Int) -> Bool {
        switch literal(text) {
        case .timeout, .terminalUnreachable: return true
        case .unauthorized, .idNotFound, .terminalUnknown, .wrongMerchant, .terminalBusy: return false
        case nil: break
        }
        let plain = text.replacing("_", with: " ").replacing("-", with: " ")
        return Self.contains(plain, Self.startWords) || status != 401 && Self.contains(plain, Self.waitingWords)
    }

    private static func contains(_ message: String?, _ words: [String]) -> Bool {
        guard let message else { return false }
        let text = normalized(message)
        return words.contains { text.contains($0) }
    }

    private static let timeoutWords = ["TIMEOUT", "TIME OUT", "TIMED OUT", "TIEMPO", "EXCED", "EXPIR"]
    private static let unreachableWords = ["NOT RESPOND", "NO RESPONDE"]
    private static let progressWords = ["IN PROGRESS", "EN CURSO", "EN PROCESO"]

    /// What the cloud says of commands that it sent or that are done.
    private static let startWords =
        progressWords + [
            "IN PROCESS", "TRANSACTION SENT", "TRANSACCION ENVIADA", "TRANSACTION FINISHED", "TRANSACTION COMPLETED",
            "TRANSACCION FINALIZADA", "TIEMPO DE ESPERA",
        ]
    /// What it says of a terminal that was waited for in vain.
    private static let waitingWords = ["TIMEOUT", "TIME OUT", "TIMED OUT"] + unreachableWords

    /// In this order, so that words of waiting outweigh all others.
    private static let guesses: [(fault: CloudFault, words: [String])] = [
        (.timeout, timeoutWords),
        (.terminalUnreachable, unreachableWords),
        (.terminalUnknown, ["KEYPOS"]),
        (.wrongMerchant, ["MERCHANT", "COMERCIO"]),
        (.unauthorized, ["UNAUTHOR", "NO AUTORIZ"]),
        (.terminalBusy, progressWords + ["BUSY", "OCUPAD"]),
    ]
}

extension MessageCatalogue {
    /// Capitals without accents, one space between words, no closing punctuation.
    static func normalized(_ message: String) -> String {
        var text = String.UnicodeScalarView()
        var wantsSpace = false
        for scalar in message.unicodeScalars where !isCombiningMark(scalar) {
            if scalar.properties.isWhitespace {
                wantsSpace = !text.isEmpty
                continue
            }
            if wantsSpace { text.append(" ") }
            wantsSpace = false
            text.append(contentsOf: plainCapital(scalar).unicodeScalars)
        }
        while let last = text.last, ".!…:;,".unicodeScalars.contains(last) || last == " " { text.removeLast() }
        return String(text)
    }

    /// The text without a closing bracket that holds nothing but a time, such as `(15S)` or `(90 SECONDS)`.
    static func withoutTimeHint(_ text: String) -> String {
        guard text.hasSuffix(")"), let bracket = text.lastIndex(of: "(") else { return text }
        let hint = text[text.index(after: bracket)...].dropLast()
        let digits = hint.prefix { ("0"..."9").contains($0) }
        let unit = hint.dropFirst(digits.count).drop { $0 == " " }
        guard (1...3).contains(digits.count), timeUnits.contains(String(unit)) else { return text }
        return normalized(String(text[..<bracket]))
    }

    private static let timeUnits: Set<String> = [
        "S", "SEC", "SECS", "SECOND", "SECONDS", "M", "MIN", "MINS", "MINUTE", "MINUTES", "SEG", "SEGS", "SEGUNDO",
        "SEGUNDOS", "MINUTO", "MINUTOS",
    ]

    private static func isCombiningMark(_ scalar: Unicode.Scalar) -> Bool {
        (0x0300...0x036F).contains(scalar.value)
    }

    private static func plainCapital(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "a"..."z": String(scalar).uppercased()
        case "á", "à", "â", "ã", "ä", "Á", "À", "Â", "Ã", "Ä": "A"
        case "é", "è", "ê", "ë", "É", "È", "Ê", "Ë": "E"
        case "í", "ì", "î", "ï", "Í", "Ì", "Î", "Ï": "I"
        case "ó", "ò", "ô", "õ", "ö", "Ó", "Ò", "Ô", "Õ", "Ö": "O"
        case "ú", "ù", "û", "ü", "Ú", "Ù", "Û", "Ü": "U"
        case "ñ", "Ñ": "N"
        case "ç", "Ç": "C"
        default: String(scalar)
        }
    }
}
