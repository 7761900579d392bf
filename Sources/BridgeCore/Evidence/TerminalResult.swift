// SPDX-License-Identifier: Apache-2.0

/// What a terminal said about a command, without card data that must not leave: no BIN, expiry date, RUT, address.
///
/// *Shape*: the members of docs/getnet.md 5.3 and 5.4; an empty text, `null` or 0 is no identity
/// (docs/promises.md 4.5).
public struct TerminalResult: Sendable, Equatable {
    /// The terminal's verdict number.
    public enum ResponseCode: Sendable, Equatable {
        /// A whole number.
        case number(Int64)
        /// There is none.
        case missing
        /// It is not a whole number.
        case unreadable
    }

    /// The command that was answered.
    public var functionCode: Int64?
    /// The verdict.
    public var responseCode: ResponseCode = .missing
    /// Its text; never decided on.
    public var responseMessage: String?
    /// The terminal that answered.
    public var terminalID: String?
    /// The merchant's number, echoed.
    public var ticket: String?
    /// The issuer's approval.
    public var authorizationCode: String?
    /// Minor units, echoed even when the customer did not pay.
    public var amount: Int64?
    /// Minor units added at the terminal.
    public var tip: Int64?
    /// Minor units handed out at the terminal.
    public var cashback: Int64?
    /// The receipt's number within the terminal's batch.
    public var operationID: Int64?
    /// The terminal's own name of the operation.
    public var transToken: String?
    /// `YYYY-MM-DD HH:mm:ss` on the terminal's clock, without zone.
    public var localTime: String?
    /// Seconds east of Greenwich of `localTime`; absent in the hour that a clock change repeats.
    public var utcOffset: Int?
    /// The brand's code, such as `MC`.
    public var brandCode: String?
    /// `CR`, `DB`, `PR`.
    public var cardTypeCode: String?
    /// The card's last digits.
    public var last4: String?
    /// How the card was read.
    public var entryMode: String?
    /// Getnet's number of the transaction that this result came with.
    public var idPosTxs: String?
    /// What commands without a sale say of their success, where they say it.
    public var success: Bool?
    /// What a reading command was asked for, as compact JSON of members that may be published; no card data.
    public var report: [UInt8]?

    /// An empty result.
    public init() {}

    /// Whether both are one result: all identities that both carry agree, and there is at least one.
    ///
    /// Times that are a second or two apart are shared only beside another identity that is.
    public func isSame(as other: TerminalResult) -> Bool {
        let mine = [idPosTxs, operationID.map(String.init), authorizationCode, transToken]
        let theirs = [other.idPosTxs, other.operationID.map(String.init), other.authorizationCode, other.transToken]
        let pairs = zip(mine, theirs).filter { pair in pair.0 != nil && pair.1 != nil }
        guard pairs.allSatisfy({ Spelling.agree($0.0, $0.1) }) else { return false }
        guard let localTime, let otherTime = other.localTime else { return !pairs.isEmpty }
        return localTime == otherTime || !pairs.isEmpty && Spelling.isSameTime(localTime, otherTime)
    }

    /// Whether receipt or authorization show another payment; zeros before the authorization do not count.
    func isPlainlyAnother(than other: TerminalResult) -> Bool { receiptAgreements(with: other).contains(false) }

    /// Whether receipt or authorization say that it is the same payment, and neither says that it is not.
    public func sharesReceipt(with other: TerminalResult) -> Bool {
        let agreements = receiptAgreements(with: other)
        return !agreements.isEmpty && !agreements.contains(false)
    }

    /// Whether receipt and authorization are equal, those that both have.
    private func receiptAgreements(with other: TerminalResult) -> [Bool] {
        func agreement(_ left: String?, _ right: String?) -> [Bool] {
            left == nil || right == nil ? [] : [Spelling.agree(left, right)]
        }
        return agreement(operationID.map(String.init), other.operationID.map(String.init))
            + agreement(authorizationCode, other.authorizationCode)
    }

    /// When it was, by the terminal's clock; `nil` where the time or its zone is not known.
    var instant: Timestamp? {
        guard let localTime, let utcOffset, let local = Timestamp.withoutZone(localTime) else {
            return nil
        }
        return local - .seconds(utcOffset)
    }

    /// So far a terminal's clock may be off before its time zone is doubted.
    static let offsetTolerance = Duration.seconds(1_800)

    /// Forgets the offset of the local time where it puts the result at a time at which it cannot have happened.
    ///
    /// The terminal stands in another time zone than its account. The local time itself stays.
    mutating func doubtOffset(outside window: ClosedRange<Timestamp>) {
        guard let instant else { return }
        let isPossible =
            window.lowerBound - Self.offsetTolerance <= instant && instant <= window.upperBound + Self.offsetTolerance
        if !isPossible { self.utcOffset = nil }
    }

    /// Takes the identities that it does not carry from another reading of the same result.
    mutating func adoptIdentities(of other: TerminalResult) {
        idPosTxs = idPosTxs ?? other.idPosTxs
        operationID = operationID ?? other.operationID
        authorizationCode = authorizationCode ?? other.authorizationCode
        transToken = transToken ?? other.transToken
        if localTime == nil { (localTime, utcOffset) = (other.localTime, other.utcOffset) }
    }

    /// The claim that a paid result makes for a command, where it carries everything that is needed.
    ///
    /// A void names the receipt of its original, and so does what only reads: neither claims anything.
    public func paidClaim(of effect: CommandEffect, terminal: Terminal) -> String? {
        guard let localTime, let receipt = receiptClaim(of: effect, terminal: terminal) else { return nil }
        return receipt + localTime
    }

    /// The part of `paidClaim` that a receipt shows, up to the time of the terminal.
    func receiptClaim(of effect: CommandEffect, terminal: Terminal) -> String? {
        guard let operationID, let authorizationCode else { return nil }
        let receipt = "\(operationID)|\(Spelling.key(authorizationCode))|"
        switch effect {
        case .sale: return "\(terminal.idTerminal)|\(receipt)"
        case .refund: return "\(terminal.idTerminal) refund|\(receipt)"
        case .void, .reading, .acting: return nil
        }
    }
}
