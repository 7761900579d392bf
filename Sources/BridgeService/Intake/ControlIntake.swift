// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// Answers the control queue: cancels what was not sent, tells how a transaction stands, refuses everything else.
///
/// A delivery is acknowledged only after what it did is durable.
struct ControlIntake: Sendable {
    /// How many messages are answered at once.
    static let prefetch: UInt16 = 16
    /// How long a message is kept while the store does not answer, before it goes back to the queue.
    ///
    /// In a tight loop it would soon reach the queue's delivery limit.
    static let patience = Duration.seconds(60)
    /// How the store is tried again meanwhile.
    static let retry = RetrySchedule(first: .milliseconds(50), ceiling: .seconds(2))

    let reader: ControlReader
    let events: EventWriter
    let transitions: Transitions
    let store: any StoreReading
    let clock: @Sendable () -> Timestamp
    let replies: ReplySender
    let metrics: Metrics
    let logger: Logger

    /// What is to be done with a delivery.
    func handle(_ delivery: Delivery) async -> Verdict {
        let message = CommandMessage(delivery)
        let end = ContinuousClock.now + Self.patience
        var tries = 0
        while !Task.isCancelled, ContinuousClock.now < end {
            do {
                try await answer(message)
                return .acknowledge
            } catch {
                tries += 1
                logger.debug("a control message waits for the store", metadata: [LogKey.error: "\(error)"])
                try? await Task.sleep(for: Self.retry.delay(afterTries: tries))
            }
        }
        return .requeue
    }

    private func answer(_ message: CommandMessage) async throws(StoreError) {
        var message = message
        let request: ControlRequest
        do throws(CommandRejection) {
            request = try reader.read(&message)
        } catch {
            try await transitions.reject(error, of: message)
            count(error)
            return
        }
        switch request.verb {
        case .cancel: try await cancel(request, message)
        case .status: try await tellStatus(request, message)
        }
    }

    private func cancel(_ request: ControlRequest, _ message: CommandMessage) async throws(StoreError) {
        FailPoint.controlUncommitted.reach()
        let cancellation = try await transitions.cancel(request, from: message)
        FailPoint.controlCommitted.reach()
        switch cancellation {
        case .cancelled(let transition, let latest):
            metrics.increment(.commands, request.verb.rawValue, "accepted")
            logger.info("a cancel was taken", metadata: [LogKey.transaction: "\(transition.transaction.id)"])
            if let latest { replies.send(latest) }
        case .repeated(let latest):
            metrics.increment(.commands, request.verb.rawValue, "repeated")
            if let latest { replies.send(latest) }
        case .refused(let rejection): count(rejection)
        case .refusedBefore: metrics.increment(.commands, request.verb.rawValue, "rejected")
        }
    }

    private func tellStatus(_ request: ControlRequest, _ message: CommandMessage) async throws(StoreError) {
        let latest = try await store.latestEvent(
            of: request.original,
            account: request.account,
            for: message.address
        )
        metrics.increment(.commands, request.verb.rawValue, latest == nil ? "not_found" : "accepted")
        replies.send(latest ?? events.statusNotFound(request, of: message, at: clock()))
    }

    private func count(_ rejection: CommandRejection) {
        let verb = rejection.type.flatMap { ControlVerb(rawValue: $0)?.rawValue } ?? "unknown"
        let code = rejection.faults.first?.code.rawValue ?? "unknown"
        metrics.increment(.commands, verb, "rejected")
        metrics.increment(.deadLetters, code)
        logger.info("a control message was refused", metadata: [LogKey.reason: "\(code)"])
    }
}
