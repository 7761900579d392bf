// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What became of a command.
public enum Acceptance: Sendable {
    /// There is a new transaction.
    case created(Transition)
    /// The command was taken before; its latest event, and the transaction, whose reply address is now this delivery's.
    case repeated(Transaction, latest: OutboundEvent?)
    /// It was refused, and the refusal is durable.
    case refused(CommandRejection, OutboundEvent)
    /// The same message was refused before, and is again; its rejection goes out once more.
    case refusedBefore
}
