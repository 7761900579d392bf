// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// Wakes the task that waits for the end of a command when its plan changes.
///
/// Limits: one waiter a command, for as long as its POST is held.
final class PlanChanges: Sendable {
    private let waiting = NIOLockedValueBox<[CallbackDelivery.Subject: AsyncStream<Never>.Continuation]>([:])

    /// Ends when the plan of a command changes.
    ///
    /// - Parameter subject: the command; the task that waited for it before is woken.
    /// - Returns: a stream without elements.
    func next(of subject: CallbackDelivery.Subject) -> AsyncStream<Never> {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self, bufferingPolicy: .bufferingOldest(1))
        waiting.withLockedValue { $0.updateValue(continuation, forKey: subject) }?.finish()
        return stream
    }

    /// Says that a plan has changed, or that no task waits any more.
    func end(_ subject: CallbackDelivery.Subject) {
        waiting.withLockedValue { $0.removeValue(forKey: subject) }?.finish()
    }
}
