// SPDX-License-Identifier: Apache-2.0

/// A frame of the broker, copied out of librabbitmq's memory.
///
/// A message arrives as one of the methods that content follows and then its header and body frames, which
/// `BrokerLink` puts together; here it is whole.
enum IncomingFrame {
    case acknowledge(tag: UInt64, multiple: Bool)
    case reject(tag: UInt64, multiple: Bool)
    case message(FrameAssembler<ContentHead>.Assembled)
    /// The broker cancelled the consumer: its queue is gone, or something was not settled in time.
    case consumerCancelled(tag: String, expectsAnswer: Bool)
    case blocked(reason: String)
    case unblocked
    case channelClosed(code: Int, text: String)
    /// A method that this client has no use for.
    case other(method: UInt32)
}

/// What the method in front of a content said.
enum ContentHead {
    case delivery(tag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
    case returned(code: Int, text: String, exchange: String, routingKey: String)
    case got(tag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
}
