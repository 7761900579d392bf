// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import GetnetCloud
internal import NIOConcurrencyHelpers

/// Reads callbacks by the clock of the terminal's account.
///
/// Where all terminals show the same time nobody is looked up.
struct CallbackReaders: Sendable {
    private let byAccount: [String: AnswerReader]
    /// For all, where they do not differ; else for callbacks of nobody, of which no time is told.
    private let common: AnswerReader
    private let isCommon: Bool

    init(_ accounts: Accounts) {
        let zones = accounts.all.map { ($0.name, $0.profile.timeZone) }
        byAccount = Dictionary(zones.map { ($0.0, AnswerReader(timeZone: $0.1)) }) { first, _ in first }
        common = AnswerReader(timeZone: zones[0].1)
        isCommon = Set(zones.map(\.1)).count == 1
    }

    /// The reader for a transaction's callback.
    func reader(for id: TransactionID, _ dispatcher: Dispatcher) async throws(StoreError) -> AnswerReader {
        guard !isCommon else { return common }
        if let account = dispatcher.lanes.withLockedValue({ $0.account(of: id) }) {
            return byAccount[account] ?? common
        }
        let account = try await dispatcher.store.transaction(id)?.command.content.account
        return account.flatMap { byAccount[$0] } ?? common
    }
}
