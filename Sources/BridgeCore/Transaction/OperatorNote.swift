// SPDX-License-Identifier: Apache-2.0

/// Who decided something about a transaction, and why.
public struct OperatorNote: Sendable, Equatable {
    /// A name has at most so many Unicode scalars.
    public static let longestName = 100
    /// A reason has at most so many Unicode scalars.
    public static let longestReason = 1_000

    /// The person.
    public let name: String
    /// Why, in the person's words.
    public let reason: String
    /// What the person says that they know, where the bridge would ask once more.
    public let knows: Set<Assurance>

    /// The word of a person that answers an objection of the bridge; its raw value is its member in JSON.
    public enum Assurance: String, Sendable, CaseIterable {
        /// The terminal may still be at it, and they know better.
        case now
        /// A payment was told, and Getnet itself says that no money came in.
        case althoughToldPaid
        /// The receipt has another amount than was asked for.
        case amountDiffers

        /// Its flag on the command line.
        public var flag: String {
            switch self {
            case .now: "--now"
            case .althoughToldPaid: "--although-told-paid"
            case .amountDiffers: "--amount-differs"
            }
        }
    }

    /// A note from a person's words.
    ///
    /// - Throws: `Fault` for a text that is empty, too long, a placeholder of the pages, or holds what cannot be seen.
    public init(name: String, reason: String, knows: Set<Assurance> = []) throws(Fault) {
        for (word, member) in [(name, "by"), (reason, "reason")] where Self.isPlaceholder(word) {
            throw Fault(description: "\(member): \(word) stands for what you fill in")
        }
        try Self.check(name, "by", upTo: Self.longestName)
        try Self.check(reason, "reason", upTo: Self.longestReason)
        self.name = name
        self.reason = reason
        self.knows = knows
    }

    /// Whether a word is a placeholder of the pages and printed lines: it must not be kept as a person's own word.
    public static func isPlaceholder(_ word: String) -> Bool { placeholders.contains(word) }

    private static let placeholders: Set<String> = ["NAME", "TEXT", "CODE", "NUMBER", "AMOUNT"]

    /// Why a person's words are not taken.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// One sentence for a person.
        public let description: String
    }

    private static func check(_ text: String, _ name: String, upTo limit: Int) throws(Fault) {
        guard (1...limit).contains(text.unicodeScalars.count) else {
            throw Fault(description: "\(name): 1 to \(limit) characters")
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw Fault(description: "\(name): says nothing")
        }
        guard text.unicodeScalars.allSatisfy(isVisible) else {
            throw Fault(description: "\(name): control characters and line breaks are not taken")
        }
    }

    /// Whether a character shows what it is; a journal of decisions must not be forged with line breaks or hidden ones.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension TransactionInput.OperatorDecision {
    /// An authorization code has at most so many letters and digits.
    public static let longestAuthorization = 20

    /// Reads an approval's codes from a receipt; `nil` unless they have the shape of ones.
    ///
    /// `amount` is what was paid, in minor units, with everything that was added at the terminal.
    public static func approved(receipt authorizationCode: String, operationID: Int64?, amount: Int64? = nil) -> Self? {
        let isCode =
            (1...longestAuthorization).contains(authorizationCode.utf8.count)
            && authorizationCode.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) }
        guard isCode, !OperatorNote.isPlaceholder(authorizationCode), operationID ?? 1 > 0,
            amount.map(Money.chargeable.contains) ?? true
        else { return nil }
        return .approved(authorizationCode: authorizationCode, operationID: operationID, amount: amount)
    }

    /// The status that it leads to.
    public var status: TransactionStatus {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .failed: .failed
        }
    }
}
