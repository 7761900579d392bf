// SPDX-License-Identifier: Apache-2.0

/// A promise that was broken, with the story of the transaction it was broken for.
struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// Which promise.
    enum Kind: String, Sendable, CaseIterable {
        /// Something that was sent, happened or was written is nowhere to be found.
        case lost
        /// Something happened twice that may happen once.
        case doubled
        /// A status without the truth, or the evidence, behind it.
        case guessed
        /// No final status although the result can be known.
        case undecided
        /// A final status was left.
        case retracted
        /// Events came in another order than they were made.
        case reordered
        /// Two commands were at one terminal at once.
        case overlapping
        /// Something happened that was not written down, or not told.
        case unannounced
        /// A callback was answered 200 and is not in the store.
        case unevidenced
        /// Two ledgers say different things about the same.
        case disagreeing
        /// Something that was never sent or told.
        case invented
        /// More was given back than was paid, or may have been.
        case overRefunded = "over_refunded"
        /// A void, a refund or a cancel hit another sale than the one that it names.
        case misdirected
        /// A command was told refused, and was sent to its terminal.
        case rejected
        /// A transaction has the identity of another one's sale.
        case stolen
        /// An amount was published that the terminal did not take.
        case misstated
        /// The broker has an event that the outbox does not know to be sent.
        case unsettled
    }

    /// Which promise.
    let kind: Kind
    /// The transaction, or the command where there is none.
    let subject: String
    /// One sentence.
    let detail: String
    /// What every ledger says about it, line by line.
    let story: [String]

    var description: String {
        "\(kind.rawValue): \(subject): \(detail)\n" + story.map { "    \($0)" }.joined(separator: "\n")
    }
}
