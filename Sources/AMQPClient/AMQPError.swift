// SPDX-License-Identifier: Apache-2.0

/// Why something over AMQP did not work.
///
/// No case carries a password. What to do is a matter of the case: `refused` and `channelClosed` are the broker's
/// considered answer, the others a matter of the way to it.
public enum AMQPError: Error, Sendable, Equatable {
    /// No connection came about; the text names host, port and cause.
    case unreachable(String)
    /// The broker closed the connection or refused the login, with its reply code (403 credentials, 530 virtual host).
    case refused(code: Int, text: String)
    /// The broker closed the channel, with its reply code (403, 404, 405, 406).
    case channelClosed(code: Int, text: String)
    /// The connection broke.
    case connectionLost(String)
    /// The broker did not answer in time; the connection is closed.
    case timedOut(String)
    /// The values given cannot be written in AMQP, or the peer's frames cannot be read.
    case malformed(String)

    /// Whether the channel is closed but the connection lives.
    var closesOnlyChannel: Bool {
        switch self {
        case .channelClosed: true
        case .unreachable, .refused, .connectionLost, .timedOut, .malformed: false
        }
    }
}

extension AMQPError: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        switch self {
        case .unreachable(let text): "unreachable: \(text)"
        case .refused(let code, let text): "refused by the broker: \(code) \(text)"
        case .channelClosed(let code, let text): "channel closed by the broker: \(code) \(text)"
        case .connectionLost(let text): "connection lost: \(text)"
        case .timedOut(let text): "no answer in time: \(text)"
        case .malformed(let text): "malformed: \(text)"
        }
    }
}
