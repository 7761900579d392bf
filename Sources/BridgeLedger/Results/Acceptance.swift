// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The result of a command.
public enum Acceptance: Sendable {
    /// There is a new transaction.
    case created(Transition)
    /// The command was taken before; with the transaction, which replies to this delivery now, and its latest event.
    case repeated(Transaction, latest: OutboundEvent?)
    /// It was refused, and the refusal is durable.
    case refused(CommandRejection, OutboundEvent)
    /// The same message was refused before, and is again; its rejection goes out once more.
    case refusedBefore
}
