// SPDX-License-Identifier: Apache-2.0

/// How a command names the sale that it is about.
///
/// Source: issue on all commands §2.
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
    /// The receipt with each spelling of its authorization, its own first.
    ///
    /// Whoever keeps authorizations as numbers loses their leading zeros; issuers give six characters.
    public var spellings: [SaleReceipt] {
        let bare = String(authorizationCode.drop { $0 == "0" })
        let whole = String(repeating: "0", count: max(0, Self.authorizationLength - bare.count)) + bare
        var codes = [authorizationCode]
        for code in [bare, whole] where !code.isEmpty && !codes.contains(code) { codes.append(code) }
        return codes.map {
            SaleReceipt(operationID: operationID, authorizationCode: $0, date: date, amount: amount)
        }
    }

    private static let authorizationLength = 6
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

    /// Whether a receipt may be its: nothing that both carry differs, the authorization is there, and the amount is not asked.
    ///
    /// A result in the thin layout has neither number nor time; two names for one sale must share what is left of it.
    public func mayBe(_ receipt: SaleReceipt) -> Bool {
        authorizationCode == receipt.authorizationCode && operationID ?? receipt.operationID == receipt.operationID
            && date ?? receipt.date == receipt.date
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
        return contradictions.first { $0.code == .paidAfterAll }?.carriedPayment
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
