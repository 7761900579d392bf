// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What the ledger needs from an engine, within one open write transaction.
///
/// An engine implements rows; what they mean is decided once, in `TransactionLedger`. *Throws*: the engine's own
/// errors, which undo the whole change. *Isolation*: the holder of the write transaction.
package protocol StoreRows: StoreNotes {
    /// Takes a lock for the rest of the write transaction, and waits while another write transaction has it.
    ///
    /// Taking it again does nothing.
    func lock(_ lock: LedgerLock) throws
    /// The transaction of that name; no other write transaction can change it before the commit.
    func transaction(_ id: TransactionID) throws -> Transaction?
    /// The transaction of a command.
    func transaction(ofCommand commandID: String, account: String) throws -> Transaction?
    /// The latest transaction with a reference that is unfinished, in doubt or approved.
    func transaction(holding reference: String, account: String) throws -> Transaction?
    /// What stands in a terminal's lane, the smallest place being the holder's; `nil` if it is free.
    func lane(of terminal: String, account: String) throws -> LaneOccupancy?
    /// Transactions at a terminal that were POSTed and are not final.
    func undecided(at terminal: String, account: String) throws -> [Transaction]
    /// Approved transactions at a terminal whose last POST was begun within a time.
    func approved(
        at terminal: String,
        account: String,
        postedFrom start: Timestamp,
        to end: Timestamp
    ) throws -> [Transaction]
    /// Sales at a terminal with a payment in their result, by the key of its authorization (`Spelling.key`).
    func paidSales(at terminal: String, account: String, authorizedBy key: String) throws -> [Transaction]
    /// Every void and refund of one of these sales, by place.
    func amendments(of originals: [TransactionID]) throws -> [Transaction]
    /// Sales that took money under an authorization, by its key, the surest first, even against their status.
    func sales(authorizedBy key: String, account: String) throws -> [Transaction]
    /// Records of sales that the bridge did not make, with an authorization, by its key.
    func foreignSales(authorizedBy key: String, account: String) throws -> [OriginalSale]
    /// Writes another amount into a record.
    func correctForeignSale(_ sale: OriginalSale) throws
    /// Records a sale that the bridge did not make; its receipt must be new.
    func insertForeignSale(_ sale: OriginalSale, account: String, at instant: Timestamp) throws
    /// When the bridge closed a terminal's batch last, among its commands that were accepted after an instant.
    func lastClose(at terminal: String, account: String, acceptedAfter start: Timestamp) throws -> Timestamp?
    /// Final transactions at a terminal, accepted from an instant on, with evidence against their status.
    func contradicted(at terminal: String, account: String, acceptedFrom start: Timestamp) throws -> [Transaction]
    /// Whether another transaction with the reference of this one was POSTed.
    func isReferenceReused(_ transaction: Transaction) throws -> Bool
    /// Whether a transaction with a greater place at the terminal of this one was POSTed.
    func hasYoungerPost(than transaction: Transaction) throws -> Bool
    /// The transaction that has a number of Getnet's, if it moves money.
    func owner(ofNumber number: String, account: String) throws -> TransactionID?
    /// The transactions whose claim begins with a receipt (`Claim.receipt`), with the whole claim of each.
    func claims(ofReceipt receipt: String, account: String) throws -> [(id: TransactionID, claim: String)]
    /// Adds a transaction; its name and its command must be new.
    ///
    /// Gives it its place, greater than those of all transactions of its terminal, whatever their names are.
    func insert(_ transaction: Transaction) throws -> Int64
    /// Writes what changed of a transaction; what it claims must be free.
    func update(_ transaction: Transaction, from stored: Transaction, at instant: Timestamp) throws
    /// Adds a piece of evidence to a transaction's history.
    func append(_ piece: TransactionStory.Piece, to id: TransactionID) throws
    /// Adds a step to a transaction's history.
    func append(_ step: TransactionStep, to id: TransactionID) throws
    /// Adds a callback that is no evidence.
    func append(_ callback: QuarantinedCallback) throws
    /// Adds an entry to the outbox, behind all others.
    func append(_ payload: OutboxEntry.Payload, of id: TransactionID?, at instant: Timestamp) throws
    /// The rejection of a message that was refused before.
    func refusal(of fingerprint: EventID) throws -> OutboundEvent?
    /// Notes that a message was refused; the entry that was appended last is its rejection.
    func noteRefusal(of fingerprint: EventID) throws
    /// The last event that a transaction appended.
    func latestEvent(of id: TransactionID) throws -> OutboundEvent?
    /// Notes what became of an outbox entry.
    func settle(_ settlement: Settlement) throws
}

extension StoreRows {
    /// The transaction that has a claim.
    package func owner(of claim: Claim, account: String) throws -> TransactionID? {
        switch claim {
        case .idPosTxs(let number): return try owner(ofNumber: number, account: account)
        case .paidReceipt(let receipt): return try claims(ofReceipt: receipt, account: account).first?.id
        case .paidResult(let result):
            let receipt = Claim.receipt(of: result)
            let time = String(result.dropFirst(receipt.count))
            return try claims(ofReceipt: receipt, account: account).first { other in
                let otherTime = String(other.claim.dropFirst(receipt.count))
                // A person's approval claims the receipt alone.
                return otherTime.isEmpty || Spelling.isSameTime(otherTime, time)
            }?.id
        }
    }
}
