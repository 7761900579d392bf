// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The result of a `cancel`.
public enum Cancellation: Sendable {
    /// Nothing was or will be sent, or the terminal is being told; with the latest event, for the request's address.
    case cancelled(Transition, latest: OutboundEvent?)
    /// It was cancelled before, or the terminal is being told already.
    case repeated(latest: OutboundEvent?)
    /// It was refused, and the refusal is durable.
    case refused(CommandRejection)
    /// The same message was refused before, and is again; its rejection goes out once more.
    case refusedBefore
}
