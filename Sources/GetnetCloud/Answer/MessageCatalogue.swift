// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What the cloud means by a text beside code 0.
enum CloudFault: Sendable, Hashable, CaseIterable {
    /// The token is not accepted; nothing was started.
    case unauthorized
    /// No transaction of that number.
    case idNotFound
    /// No terminal of that triplet; nothing was started.
    case terminalUnknown
    /// The terminal is another merchant's; nothing was started.
    case wrongMerchant
    /// The terminal works on something else; this command was not started.
    case terminalBusy
    /// The cloud's service towards the terminal does not respond: nobody knows.
    case terminalUnreachable
    /// The terminal did not answer in time: nobody knows.
    case timeout
}

/// The texts of the cloud, in two strengths: literals that may decide, and guesses that may only explain.
///
/// Wrapper code 0 shows its class nowhere but in the text. A wrong reading that permits a second POST is a double charge, so
/// only a text that is a documented literal from its first letter to its last is one; a guess from a word inside a text
/// chooses a reason for people, never a status and never another POST.
/// *Source*: reference §5.2; issue on money §1.
enum MessageCatalogue {
    /// The fault that the whole text is a literal of.
    static func literal(_ message: String?) -> CloudFault? {
        guard let message else { return nil }
        let text = normalized(message)
        if let fault = literals[withoutTimeHint(text)] { return fault }
        guard text.hasPrefix(terminalUnknown) else { return nil }
        let rest = text.dropFirst(terminalUnknown.count)
        // The documented text goes on, nobody knows how; a word that speaks of waiting makes it another message.
        guard rest.first.map({ !$0.isLetter && !$0.isNumber }) ?? true, guess(String(rest)) == nil else { return nil }
        return .terminalUnknown
    }

    /// What a text probably means.
    static func guess(_ message: String?) -> CloudFault? {
        guard let message else { return nil }
        let text = normalized(message)
        return guesses.first { $0.words.contains { text.contains($0) } }?.fault
    }

    /// Whether a text may say that a command reached the terminal: it speaks of waiting or of progress.
    ///
    /// All words are looked for, so that one of another fault before them hides nothing.
    static func maySpeakOfStart(_ message: String?) -> Bool {
        guard let message else { return false }
        let text = normalized(message)
        return (timeoutWords + unreachableWords + progressWords).contains { text.contains($0) }
    }

    private static let terminalUnknown = "KEYPOS NOT FOUND"

    private static let literals: [String: CloudFault] = [
        "UNAUTHORIZED": .unauthorized,
        "ID NOT FOUND": .idNotFound,
        terminalUnknown: .terminalUnknown,
        "INCORRECT REQUEST FOR MERCHANT ID": .wrongMerchant,
        "OPERATION IN PROGRESS": .terminalBusy,
        "C2C SERVICE NOT RESPONDING": .terminalUnreachable,
        "TIMEOUT": .timeout,
    ]

    private static let timeoutWords = ["TIMEOUT", "TIME OUT", "TIMED OUT", "TIEMPO", "EXCED", "EXPIR"]
    private static let unreachableWords = ["NOT RESPOND", "NO RESPONDE"]
    private static let progressWords = ["IN PROGRESS", "EN CURSO", "EN PROCESO"]

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
        "S", "SEC", "SECS", "SECOND", "SECONDS", "M", "MIN", "MINS", "MINUTE", "MINUTES",
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
