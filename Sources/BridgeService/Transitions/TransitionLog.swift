// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging

/// What the log tells the person on call of transactions, each once and with its ids.
///
/// What Getnet refused, every doubt, every call for a person, everything that speaks against an end.
struct TransitionLog: Sendable {
    let logger: Logger

    /// Says what a transition means for people.
    func tell(_ transition: Transition) {
        let transaction = transition.transaction
        if let former = transition.formerOwner {
            logger.error(
                "a number of Getnet's names another transaction now; did its numbers begin anew?",
                metadata: [LogKey.transaction: "\(transaction.id)", LogKey.formerOwner: "\(former)"]
            )
        }
        if let remark = transition.remark {
            var metadata = metadata(of: EventDraft(snapshot: transaction))
            metadata[LogKey.detail] = "\(remark)"
            logger.warning(
                "the terminal's journal has a sale that may be the one in doubt; is the terminal's clock right?",
                metadata: metadata
            )
        }
        for draft in transition.events {
            if case .contradiction(let contradiction) = draft.occasion {
                var metadata = metadata(of: draft)
                metadata[LogKey.reason] = "\(contradiction.code.rawValue)"
                logger.error("evidence contradicts a final status; a person must look at it", metadata: metadata)
            } else {
                log(draft)
            }
        }
    }

    private func log(_ draft: EventDraft) {
        let transaction = draft.snapshot
        switch transaction.state {
        case .inDoubt where transaction.reason?.code == .operatorNeeded:
            logger.error("in doubt, and a person must decide now", metadata: metadata(of: draft))
        case .inDoubt:
            logger.warning(
                transaction.effect.movesMoney
                    ? "in doubt: money may have moved, and the bridge goes on by itself"
                    : "in doubt: it may have been done, and the bridge goes on by itself",
                metadata: metadata(of: draft)
            )
        // A refusal by Getnet for good shows a mistake; a command that came too late or was taken back does not.
        case .failed where draft.said != nil && transaction.reason?.code != .commandExpired:
            logger.warning("Getnet refused it; certainly nothing was started", metadata: metadata(of: draft))
        case .accepted, .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    private func metadata(of draft: EventDraft) -> Logger.Metadata {
        let transaction = draft.snapshot
        var metadata: Logger.Metadata = [
            LogKey.transaction: "\(transaction.id)",
            LogKey.command: "\(transaction.command.commandID)",
            LogKey.status: "\(transaction.status.rawValue)",
            LogKey.terminal: "\(transaction.command.content.terminal.idTerminal)",
        ]
        if let reason = transaction.reason { metadata[LogKey.reason] = "\(reason.code.rawValue)" }
        if let text = transaction.reasonText { metadata[LogKey.detail] = "\(text)" }
        if let said = draft.said { metadata[LogKey.said] = "\(said)" }
        return metadata
    }
}
