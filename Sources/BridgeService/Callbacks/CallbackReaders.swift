// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import NIOConcurrencyHelpers

/// Reads callbacks by the clock of the terminal's account, and in the unit of its amounts.
///
/// Where these are the same for all accounts, no account is looked up.
struct CallbackReaders: Sendable {
    private let byAccount: [String: AnswerReader]
    /// For all accounts, where they do not differ; else for callbacks of no known account.
    private let common: AnswerReader
    private let isCommon: Bool

    init(_ accounts: Accounts) {
        let manners = accounts.all.map { Manner(timeZone: $0.profile.timeZone, unit: $0.profile.amountUnit) }
        let named = zip(accounts.all.map(\.name), manners.map(\.reader))
        byAccount = Dictionary(named) { first, _ in first }
        common = manners[0].reader
        isCommon = Set(manners).count == 1
    }

    /// How an account's terminals tell a result.
    private struct Manner: Hashable {
        let timeZone: String
        let unit: AmountUnit

        var reader: AnswerReader { AnswerReader(timeZone: timeZone, amountUnit: unit) }
    }

    /// The reader for a transaction's callback, where that is known without the store.
    func readerAtHand(for id: TransactionID, _ work: TerminalWork) -> AnswerReader? {
        guard !isCommon else { return common }
        return work.account(of: id).map { byAccount[$0] ?? common }
    }

    /// The reader for a transaction's callback.
    func reader(
        for id: TransactionID,
        _ work: TerminalWork,
        _ store: any StoreReading
    ) async throws(StoreError) -> AnswerReader {
        if let reader = readerAtHand(for: id, work) { return reader }
        let account = try await store.transaction(id)?.command.content.account
        return account.flatMap { byAccount[$0] } ?? common
    }
}
