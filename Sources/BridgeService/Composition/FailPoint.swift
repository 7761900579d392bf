// SPDX-License-Identifier: Apache-2.0

#if DEBUG
    internal import Dispatch
    internal import Foundation
    internal import NIOConcurrencyHelpers
#endif

/// The places between two durable steps where a debug build can be made to die, as by a crash at that instruction.
///
/// `GETNET_BRIDGE_FAIL_POINT=relay.confirmed:3` kills the process with SIGKILL the third time the relay gets there. A
/// release build has neither the environment variable nor the check.
enum FailPoint: String, CaseIterable, Sendable {
    /// A delivery was read; nothing of it is durable.
    case intakeUncommitted = "intake.uncommitted"
    /// It is durable, as a transaction or as a refusal; the broker does not know.
    case intakeCommitted = "intake.committed"
    /// The broker was told a moment ago.
    case intakeAcknowledged = "intake.acknowledged"

    /// A transaction is about to be marked.
    case submitterUnmarked = "submitter.unmarked"
    /// The attempt is durable; no byte has left.
    case submitterMarked = "submitter.marked"
    /// The whole request was given to the connection.
    case submitterSent = "submitter.sent"
    /// The POST has ended; its end is not stored yet.
    case submitterAnswered = "submitter.answered"
    /// It is written down.
    case submitterNoted = "submitter.noted"

    /// A callback was read; nothing of it is durable.
    case callbackUncommitted = "callback.uncommitted"
    /// It is durable; Getnet does not know.
    case callbackCommitted = "callback.committed"
    /// Getnet was answered a moment ago.
    case callbackAnswered = "callback.answered"

    /// An event is about to be published.
    case relayUnpublished = "relay.unpublished"
    /// It is on its way; the confirm is not here, or only just.
    case relayPublished = "relay.published"
    /// The broker confirmed it; the outbox does not know.
    case relayConfirmed = "relay.confirmed"
    /// The outbox knows.
    case relaySettled = "relay.settled"

    /// A status query is about to be sent.
    case reconcilerUnasked = "reconciler.unasked"
    /// It was answered; the answer is not stored yet.
    case reconcilerAnswered = "reconciler.answered"
    /// It is written down.
    case reconcilerNoted = "reconciler.noted"

    /// A terminal's journal is about to be read.
    case journalUnasked = "journal.unasked"
    /// It was read; what it says is not stored yet.
    case journalAnswered = "journal.answered"
    /// It is written down.
    case journalNoted = "journal.noted"
    /// It is written down that the lane may go on.
    case journalClosed = "journal.closed"

    /// A terminal is about to be asked for a void's receipt.
    case receiptUnasked = "receipt.unasked"
    /// It was asked; its answer is not stored yet.
    case receiptAnswered = "receipt.answered"
    /// It is written down.
    case receiptNoted = "receipt.noted"

    /// A terminal's batch is about to be read before its close.
    case batchUnasked = "batch.unasked"
    /// It was read; its content is not stored yet.
    case batchAnswered = "batch.answered"
    /// It is written down.
    case batchNoted = "batch.noted"

    /// A cancel was read; nothing of it is durable.
    case controlUncommitted = "control.uncommitted"
    /// It is durable; the broker does not know.
    case controlCommitted = "control.committed"
    /// A terminal is about to be told to end its sale.
    case cancelUnsent = "cancel.unsent"
    /// It was told; its answer is not stored yet.
    case cancelAnswered = "cancel.answered"
    /// It is written down.
    case cancelNoted = "cancel.noted"

    /// Dies here, if the environment says so.
    @inline(__always)
    func reach() {
        #if DEBUG
            if Armed.only?.isDue(self) == true { Armed.die() }
        #endif
    }

    /// Dies a moment later, if the environment says so: another task takes the step after this one.
    @inline(__always)
    func reach(after delay: Duration) {
        #if DEBUG
            if Armed.only?.isDue(self) == true { Armed.die(after: delay) }
        #endif
    }
}

#if DEBUG
    /// The point that the environment names.
    private struct Armed: Sendable {
        static let variable = "GETNET_BRIDGE_FAIL_POINT"
        static let only = ProcessInfo.processInfo.environment[variable].flatMap(Armed.init)

        let point: FailPoint
        private let left: NIOLockedValueBox<Int>

        init?(_ text: String) {
            let words = text.split(separator: ":", maxSplits: 1)
            guard let point = words.first.flatMap({ FailPoint(rawValue: String($0)) }) else { return nil }
            self.point = point
            left = NIOLockedValueBox(words.count > 1 ? Int(words[1]) ?? 1 : 1)
        }

        /// Whether this is the time that was meant.
        func isDue(_ reached: FailPoint) -> Bool {
            guard reached == point else { return false }
            return left.withLockedValue { left in
                left -= 1
                return left == 0
            }
        }

        static func die() {
            kill(getpid(), SIGKILL)
        }

        static func die(after delay: Duration) {
            let (seconds, attoseconds) = delay.components
            let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { die() }
        }
    }
#endif
