// SPDX-License-Identifier: Apache-2.0

/// What is known of a publish in the end.
///
/// Every publish has exactly one outcome.
public enum PublishOutcome: Sendable, Equatable {
    /// The broker has taken responsibility; for a persistent message in durable queues it is on disk.
    case confirmed
    /// No queue took the message, which was mandatory; it is gone. 312 is "no route".
    case returned(code: Int, text: String)
    /// The broker refused responsibility (nack): a queue is full or broken.
    ///
    /// The message is in no queue, or only in some.
    case rejected
    /// It is not known whether it is in the queue. Publish it again with the same message id.
    case unconfirmed(UnconfirmedReason)
    /// It was certainly not sent: there is no connection.
    case notConnected
}

/// Why a publish ended without the broker's word.
public enum UnconfirmedReason: Sendable, Equatable {
    /// No confirm came within `PublishLimits.confirmTimeout`.
    case deadline
    /// The connection broke before the confirm.
    case connectionLost(String)
    /// The broker closed the channel before the confirm, because of this message or one sent just before.
    case channelClosed(code: Int, text: String)
    /// More publishes wait than `PublishLimits.waitingMessages`; this one was not sent.
    case queueFull
    /// The message cannot be written in AMQP (a name above 255 bytes, headers above a frame); it was not sent.
    case unencodable(String)
}

extension AMQPError {
    /// What the error means for a publish that was on its way.
    var unconfirmedReason: UnconfirmedReason {
        switch self {
        case .channelClosed(let code, let text): .channelClosed(code: code, text: text)
        case .unreachable, .refused, .connectionLost, .timedOut, .malformed: .connectionLost("\(self)")
        }
    }
}
