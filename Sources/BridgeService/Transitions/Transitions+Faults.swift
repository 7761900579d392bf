// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// What is done where the store does not take an input, or does not answer.
extension Transitions {
    /// Keeps a fault of one row that row's, after `submit` got it.
    func contain(
        _ fault: StoreError,
        of input: TransactionInput,
        to id: TransactionID
    ) async throws(StoreError) -> Transition? {
        try await contain(fault, of: input, to: id, at: work.calendars.now(for: id))
    }

    /// How often an input is tried that the store refuses as a fault of the bridge.
    ///
    /// Then its transaction ends with "a person is needed".
    static let faultTries = 3
    /// The pause between these tries.
    static let faultPause = Duration.milliseconds(50)
    /// How many transactions are remembered that could not even be ended.
    static let faultedLimit = 10_000

    /// Keeps a fault of one row that row's: no gate closes, no other row waits, and the row gets a visible state.
    ///
    /// - Returns: The transition to that state, with the finding `refused`, because the input itself was not applied.
    func contain(
        _ fault: StoreError,
        of input: TransactionInput,
        to id: TransactionID,
        at now: Timestamp
    ) async throws(StoreError) -> Transition? {
        for _ in 1..<Self.faultTries {
            try? await Task.sleep(for: Self.faultPause)
            do {
                return try await applyOnce(input, to: id, at: now)
            } catch {
                guard case .fault = error else { throw error }
            }
        }
        metrics.increment(.rowFaults)
        logger.error(
            "the store refuses an input for one transaction; an operator must look at it",
            metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(fault)"]
        )
        do {
            var ended = try await applyOnce(.notStorable, to: id, at: now)
            ended?.finding = .refused
            return ended
        } catch {
            // Not even that: it is tried again, so that no row is left without a next step.
            faulted.withLockedValue { if $0.count < Self.faultedLimit { $0.insert(id) } }
            work.retry(id, after: Self.faultRetry)
            throw error
        }
    }

    /// After how long a transaction is looked at again if every change of it is refused.
    static let faultRetry = Duration.seconds(60)

    /// Applies an input that must not get lost while this process lives: it is tried until the store commits.
    ///
    /// - Returns: The transition; `nil` if there is no such transaction or the task was cancelled.
    @discardableResult
    func applySurely(
        _ input: TransactionInput,
        to id: TransactionID,
        notBefore earliest: Timestamp? = nil
    ) async -> Transition? {
        await surely(id) { () async throws(StoreError) in
            try await self.apply(input, to: id, notBefore: earliest)
        } ?? nil
    }

    /// Holds a journal against the undecided transactions of its terminal, surely.
    func applySurely(_ reading: JournalReading, for id: TransactionID) async {
        let transitions = await surely(id) { () async throws(StoreError) in
            try await self.applyOnce(reading)
        }
        // Refused as our own fault: the transaction that it was read for says so.
        if transitions == nil, !Task.isCancelled { await applySurely(.notStorable, to: id) }
    }

    /// A transaction as it stands in the store; `nil` if there is none or the task was cancelled.
    func transaction(_ id: TransactionID) async -> Transaction? {
        await surely(id) { () async throws(StoreError) in try await self.store.transaction(id) } ?? nil
    }

    private func surely<Value: Sendable>(
        _ id: TransactionID,
        _ change: () async throws(StoreError) -> Value
    ) async -> Value? {
        let schedule = RetrySchedule(first: .milliseconds(50), ceiling: .seconds(2))
        var tries = 0
        while true {
            do {
                return try await change()
            } catch {
                tries += 1
                if case .fault = error, tries >= Self.faultTries {
                    metrics.increment(.rowFaults)
                    logger.error(
                        "the store cannot serve one transaction; an operator must look at it",
                        metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(error)"]
                    )
                    work.retry(id, after: Self.faultRetry)
                    return nil
                }
                logger.warning(
                    "the store did not answer; trying again",
                    metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(error)"]
                )
                do {
                    try await Task.sleep(for: schedule.delay(afterTries: tries))
                } catch {
                    return nil
                }
            }
        }
    }

    /// Wakes a transaction whose command has expired.
    func expireSurely(_ id: TransactionID) async {
        guard let expiry = work.expiry(of: id) else { return }
        await applySurely(.due, to: id, notBefore: expiry)
    }
}
