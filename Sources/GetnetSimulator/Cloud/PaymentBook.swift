// SPDX-License-Identifier: Apache-2.0

/// A payment as a void or refund finds it.
struct KnownPayment: Equatable, Sendable {
    /// Where the ledger has it.
    let source: Source
    /// The ``Terminal/key(_:)`` of its terminal.
    let terminal: String
    /// The how-many-eth batch of the terminal it belongs to.
    let batch: Int
    let operationID: Int
    let authorizationCode: String
    let amount: Int
    /// From when on it is there.
    let finishedAt: Duration
    /// Its day on the terminal's clock, `YYYY-MM-DD`.
    let day: String
    /// What tells it apart in every run.
    let key: String
    var voided = 0
    var refunded = 0

    /// What of it can still be given back.
    var left: Int { amount - voided - refunded }

    /// Where the ledger has a payment.
    enum Source: Hashable, Sendable {
        /// Of a POST, the how-many-eth payment from 0.
        case sale(post: Int, index: Int)
        /// Made at the terminal itself.
        case terminalSale(Int)
    }
}

/// The payments of all terminals, closed batches included.
///
/// Limits: the latest `limit`; an older one is as good as never made.
struct PaymentBook: Sendable {
    private struct Receipt: Hashable {
        let terminal: String
        let batch: Int
        let operationID: Int
    }

    private let limit: Int
    private var ring: [KnownPayment?] = []
    private var nextNumber = 0
    private var byAuthorization: [String: [Int]] = [:]
    private var byReceipt: [Receipt: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// The payment with a number, unless it is forgotten.
    subscript(_ number: Int) -> KnownPayment? {
        number >= nextNumber - ring.count && number < nextNumber ? ring[number % limit] : nil
    }

    /// Remembers a payment.
    mutating func add(_ payment: KnownPayment) {
        if ring.count < limit {
            ring.append(payment)
        } else {
            remove(nextNumber - limit)
            ring[nextNumber % limit] = payment
        }
        byAuthorization[payment.authorizationCode.uppercased(), default: []].append(nextNumber)
        byReceipt[receipt(of: payment)] = nextNumber
        nextNumber += 1
    }

    /// Forgets the payments of a sale that was cancelled.
    mutating func removePayments(ofPost post: Int, terminal: String, batch: Int, receipts: [Int]) {
        for operationID in receipts {
            let receipt = Receipt(terminal: terminal, batch: batch, operationID: operationID)
            guard let number = byReceipt[receipt], case .sale(post, _) = self[number]?.source else { continue }
            remove(number)
        }
    }

    /// The payment of a receipt of an open batch.
    func number(terminal: String, batch: Int, operationID: Int) -> Int? {
        byReceipt[Receipt(terminal: terminal, batch: batch, operationID: operationID)]
    }

    /// The payments that an authorization may mean, the likeliest first.
    ///
    /// - Parameters:
    ///   - authorizationCode: whose approval; six digits come again.
    ///   - terminal: where it is asked for; payments made there come first, then the latest.
    ///   - day: the local day of the payment, if it is known.
    ///   - now: what is not finished by then is not there.
    /// - Returns: their numbers.
    func numbers(authorizationCode: String, terminal: String, day: String?, at now: Duration) -> [Int] {
        let found = (byAuthorization[authorizationCode.uppercased()] ?? []).reversed().filter { number in
            guard let payment = self[number] else { return false }
            return payment.finishedAt <= now && day.map { $0 == payment.day } ?? true
        }
        return found.filter { self[$0]?.terminal == terminal } + found.filter { self[$0]?.terminal != terminal }
    }

    /// Changes a payment.
    mutating func update(_ number: Int, _ change: (inout KnownPayment) -> Void) {
        guard var payment = self[number] else { return }
        change(&payment)
        ring[number % limit] = payment
    }

    private mutating func remove(_ number: Int) {
        guard let payment = self[number] else { return }
        ring[number % limit] = nil
        let code = payment.authorizationCode.uppercased()
        byAuthorization[code]?.removeAll { $0 == number }
        if byAuthorization[code]?.isEmpty == true { byAuthorization[code] = nil }
        if byReceipt[receipt(of: payment)] == number { byReceipt[receipt(of: payment)] = nil }
    }

    private func receipt(of payment: KnownPayment) -> Receipt {
        Receipt(terminal: payment.terminal, batch: payment.batch, operationID: payment.operationID)
    }
}
