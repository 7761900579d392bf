// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud

/// What a callback with a valid token becomes: evidence for its transaction, or a quarantined body.
extension CallbackListener {
    /// A callback's answer with all that is needed to keep it.
    private final class Arrival: Sendable {
        let id: TransactionID
        let evidence: Evidence
        let content: AnswerContent
        let bytes: [UInt8]

        init(id: TransactionID, evidence: Evidence, content: AnswerContent, bytes: [UInt8]) {
            self.id = id
            self.evidence = evidence
            self.content = content
            self.bytes = bytes
        }

        func quarantined(_ cause: QuarantinedCallback.Cause) -> QuarantinedCallback {
            QuarantinedCallback(
                cause: cause,
                transactionID: id,
                answer: evidence.answer,
                maskedBody: AnswerMask.quarantined(content, bytes: bytes),
                receivedAt: evidence.receivedAt
            )
        }
    }

    /// What the store made of the evidence; small, because a transition is handed from thread to thread at a price.
    private enum Storing: Sendable {
        case taken
        /// It is our own fault that it cannot be stored, and its transaction says so.
        case refused
        /// There is no such transaction.
        case unknown
        case failed(StoreError)

        init(_ result: borrowing Result<Transition?, StoreError>) {
            switch result {
            case .success(let transition?): self = transition.finding == .refused ? .refused : .taken
            case .success(nil): self = .unknown
            case .failure(let error): self = .failed(error)
            }
        }
    }

    /// What comes of a callback once it is durable; `storeUnavailable` if the disk does not answer in time.
    func taken(_ content: AnswerContent, _ bytes: [UInt8], for id: TransactionID) async -> CallbackOutcome {
        let now = clock()
        guard let answer = answers.readerAtHand(for: id, work)?.read(content) else {
            return await committed(size: bytes.count) { await takenSlowly(content, bytes, for: id, at: now) }
        }
        let evidence = Evidence(source: .callback, answer: answer, receivedAt: now)
        return await taken(Arrival(id: id, evidence: evidence, content: content, bytes: bytes))
    }

    /// A callback that cannot be read, or whose reader the store must name first.
    private func takenSlowly(
        _ content: AnswerContent,
        _ bytes: [UInt8],
        for id: TransactionID,
        at now: Timestamp
    ) async -> CallbackOutcome {
        do throws(StoreError) {
            if let answer = try await answers.reader(for: id, work, store).read(content) {
                let evidence = Evidence(source: .callback, answer: answer, receivedAt: now)
                let arrival = Arrival(id: id, evidence: evidence, content: content, bytes: bytes)
                callbackWatch.came()
                let storing: Storing
                do throws(StoreError) {
                    storing = Storing(.success(try await transitions.apply(.evidence(evidence), to: id)))
                } catch {
                    storing = .failed(error)
                }
                count(storing)
                return await outcome(of: storing, arrival, isContained: true)
            }
            let isKnown = try await transitions.apply(.unreadableCallback, to: id) != nil
            let callback = QuarantinedCallback(
                cause: isKnown ? .unreadable : .unmatched,
                transactionID: id,
                answer: nil,
                maskedBody: AnswerMask.quarantined(content, bytes: bytes),
                receivedAt: now
            )
            try await transitions.quarantine(callback, announce: !isKnown)
            return isKnown ? .unreadable : .unmatched
        } catch {
            return .storeUnavailable
        }
    }

    /// The way of nearly every callback: one commit, and no task beside the one that answers.
    private func taken(_ arrival: Arrival) async -> CallbackOutcome {
        callbackWatch.came()
        guard !isStuck else {
            // In the order in which they came. Getnet is told to come again, which changes nothing.
            if let giveBack = waiting.place(size: arrival.bytes.count) {
                submit(arrival) { _ in
                    giveBack()
                    return false
                }
            }
            return .storeUnavailable
        }
        guard let storing = await waiting.result(of: { submit(arrival, whenDone: $0) }) else {
            return .storeUnavailable
        }
        if case .taken = storing { return .taken }
        return await waiting.outcome { await outcome(of: storing, arrival, isContained: false) } ?? .storeUnavailable
    }

    /// Applies the evidence.
    ///
    /// Where `whenDone` says that the caller does not wait any more, what has to follow is done without it.
    private func submit(_ arrival: Arrival, whenDone: @escaping @Sendable (Storing) -> Bool) {
        transitions.submit(.evidence(arrival.evidence), to: arrival.id) { result in
            let storing = Storing(result)
            count(storing)
            if whenDone(storing) { return }
            if case .taken = storing { return }
            Task { _ = await outcome(of: storing, arrival, isContained: false) }
        }
    }

    private func contain(_ fault: StoreError, of arrival: Arrival) async -> Storing {
        do throws(StoreError) {
            return Storing(
                .success(try await transitions.contain(fault, of: .evidence(arrival.evidence), to: arrival.id))
            )
        } catch {
            return .failed(error)
        }
    }

    private func count(_ storing: Storing) {
        if case .taken = storing { metrics.increment(.evidence, EvidenceSource.callback.rawValue) }
    }

    /// How the callback is answered, after what has to follow where the store did not take the evidence.
    ///
    /// What the store refuses as our own fault is kept where nothing depends on it: Getnet may not say it again.
    private func outcome(of storing: Storing, _ arrival: Arrival, isContained: Bool) async -> CallbackOutcome {
        do throws(StoreError) {
            switch storing {
            case .taken: return .taken
            case .unknown:
                try await transitions.quarantine(arrival.quarantined(.unmatched), announce: true)
                return .unmatched
            case .failed(.fault(let cause)) where !isContained:
                let contained = await contain(.fault(cause), of: arrival)
                count(contained)
                return await outcome(of: contained, arrival, isContained: true)
            case .refused, .failed(.fault):
                try await transitions.quarantine(arrival.quarantined(.notStorable), announce: false)
                return .notStorable
            case .failed: return .storeUnavailable
            }
        } catch {
            return .storeUnavailable
        }
    }
}
