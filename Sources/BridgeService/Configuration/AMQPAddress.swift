// SPDX-License-Identifier: Apache-2.0

/// One node of the broker.
///
/// Shape: `rabbit-1.example`, `rabbit-1.example:5672`, `[::1]:5672`.
public struct AMQPHost: Sendable, Equatable, CustomStringConvertible {
    /// The port of AMQP without TLS.
    public static let defaultPort = 5672

    /// A name or an address, without brackets.
    public let host: String
    /// The port.
    public let port: Int

    /// Names a node.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The node as it is written in a configuration.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
