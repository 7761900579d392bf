// SPDX-License-Identifier: Apache-2.0

/// How a command names the sale that it is about.
///
/// Source: docs/promises.md 2.8, decision 0008.
public enum OriginalReference: Sendable, Hashable {
    /// A transaction of the bridge.
    case transaction(TransactionID)
    /// The transaction of a command.
    case command(String)
    /// What a receipt of Getnet's says.
    case receipt(SaleReceipt)
}

/// What a receipt of Getnet's says of a sale; two sales of an account never share all of it.
public struct SaleReceipt: Sendable, Hashable {
    /// The receipt's number within the terminal's batch.
    public let operationID: Int64
    /// The issuer's approval.
    public let authorizationCode: String
    /// The day at the terminal, `YYYY-MM-DD`.
    public let date: String
    /// How much was paid.
    public let amount: Money

    /// A receipt from its parts.
    public init(operationID: Int64, authorizationCode: String, date: String, amount: Money) {
        self.operationID = operationID
        self.authorizationCode = authorizationCode
        self.date = date
        self.amount = amount
    }
}

extension SaleReceipt {
    /// The authorization without what spellings of it differ in: in upper case, without zeros in front.
    ///
    /// A program that keeps authorizations as numbers loses their zeros.
    public static func authorizationKey(_ code: String) -> String {
        Spelling.key(code)
    }
}

/// The sale that a void or a refund is about, as it was known when the command was accepted.
public struct OriginalSale: Sendable, Equatable {
    /// The transaction, or the record of a sale that the bridge did not make.
    public let id: TransactionID
    /// The command of the transaction; `nil` for a sale that the bridge did not make.
    public let commandID: String?
    /// The receipt's number within the terminal's batch, where it is known.
    public let operationID: Int64?
    /// The issuer's approval, where it is known.
    public let authorizationCode: String?
    /// `YYYY-MM-DD HH:mm:ss` on the terminal's clock, or only the day; where it is known.
    public let localTime: String?
    /// Getnet's number of the sale, where it is known.
    public let idPosTxs: String?
    /// How much was paid.
    public let amount: Money

    /// A sale from its parts.
    public init(
        id: TransactionID,
        commandID: String?,
        operationID: Int64?,
        authorizationCode: String?,
        localTime: String?,
        idPosTxs: String?,
        amount: Money
    ) {
        self.id = id
        self.commandID = commandID
        self.operationID = operationID
        self.authorizationCode = authorizationCode
        self.localTime = localTime
        self.idPosTxs = idPosTxs
        self.amount = amount
    }

    /// The day of the sale at the terminal, `YYYY-MM-DD`.
    public var date: String? { localTime.map { String($0.prefix(10)) } }

    /// What a receipt would show of it, where all of it is known.
    public var receipt: SaleReceipt? {
        guard let operationID, let authorizationCode, let date else { return nil }
        return SaleReceipt(operationID: operationID, authorizationCode: authorizationCode, date: date, amount: amount)
    }

    /// The authorization without what spellings of it differ in.
    public var authorizationKey: String? { authorizationCode.map(SaleReceipt.authorizationKey) }

    /// Whether a receipt may belong to it: the authorization is the same and nothing else that both carry differs.
    ///
    /// The amount is not compared. A result in the thin layout has neither number nor time; two names for one sale must
    /// share what is left of it.
    public func mayBe(_ receipt: SaleReceipt) -> Bool {
        authorizationKey == SaleReceipt.authorizationKey(receipt.authorizationCode)
            && operationID ?? receipt.operationID == receipt.operationID && date ?? receipt.date == receipt.date
    }

    /// Whether both may be names of one sale, one of them mistaken.
    ///
    /// A refund names its sale by the authorization, in some countries also by the day. The rest of a receipt is never
    /// sent, so a mistake in it shows nowhere. The same authorization comes again over the years: with another number,
    /// another day and another amount it is another sale's.
    public func mayBeOne(with other: OriginalSale, whereRefundsNameDay namesDay: Bool) -> Bool {
        guard let key = authorizationKey, key == other.authorizationKey else { return false }
        func agree<Value: Equatable>(_ left: Value?, _ right: Value?) -> Bool {
            left == nil || right == nil || left == right
        }
        guard !namesDay || agree(date, other.date) else { return false }
        return agree(operationID, other.operationID) || agree(date, other.date) || amount == other.amount
    }

    /// The same sale with what a receipt tells of it and the result did not.
    public func completed(by receipt: SaleReceipt) -> OriginalSale {
        OriginalSale(
            id: id,
            commandID: commandID,
            operationID: operationID ?? receipt.operationID,
            authorizationCode: authorizationCode ?? receipt.authorizationCode,
            localTime: localTime ?? receipt.date,
            idPosTxs: idPosTxs,
            amount: amount
        )
    }

    /// The same sale over another amount.
    public func over(_ amount: Money) -> OriginalSale {
        OriginalSale(
            id: id,
            commandID: commandID,
            operationID: operationID,
            authorizationCode: authorizationCode,
            localTime: localTime,
            idPosTxs: idPosTxs,
            amount: amount
        )
    }

    /// The sale that a transaction of the bridge made; `nil` for one that took no money.
    public init?(_ transaction: Transaction) {
        guard transaction.effect == .sale, let asked = transaction.command.content.amount,
            let result = transaction.payment
        else { return nil }
        self.init(
            id: transaction.id,
            commandID: transaction.command.commandID,
            operationID: result.operationID,
            authorizationCode: result.authorizationCode,
            localTime: result.localTime,
            idPosTxs: transaction.idPosTxs,
            amount: Money(result.amount ?? asked.value, asked.currency)
        )
    }

    /// The sale of a receipt that the bridge knows nothing of, under the name of its record.
    public init(_ receipt: SaleReceipt, id: TransactionID) {
        self.init(
            id: id,
            commandID: nil,
            operationID: receipt.operationID,
            authorizationCode: receipt.authorizationCode,
            localTime: receipt.date,
            idPosTxs: nil,
            amount: receipt.amount
        )
    }
}

extension Transaction {
    /// What was paid: the result of the verdict, or the approval that speaks against another one.
    fileprivate var payment: TerminalResult? {
        if state == .approved { return result ?? TerminalResult() }
        return contradictions.known.first { $0.code == .paidAfterAll }?.carriedPayment
    }
}

extension Contradiction.Code {
    /// Whether money moved, by what it tells.
    public var speaksOfPayment: Bool {
        switch self {
        case .secondPayment, .paidAfterAll, .inconsistentPayment: true
        case .secondSale, .contraryVerdict: false
        }
    }
}
