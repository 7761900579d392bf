// SPDX-License-Identifier: Apache-2.0

/// Where a broker is and how to enter it.
///
/// Its description never contains the password.
public struct AMQPEndpoint: Sendable, Equatable {
    /// A host and its port.
    public struct HostAndPort: Sendable, Equatable, CustomStringConvertible {
        /// A name or an address; an IPv6 address stands without brackets.
        public var host: String
        /// The port.
        public var port: Int

        /// Makes a host with a port.
        public init(host: String, port: Int = AMQPEndpoint.defaultPort) {
            self.host = host
            self.port = port
        }

        /// `host:port`, with brackets round an IPv6 address.
        public var description: String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// AMQP without TLS.
    public static let defaultPort = 5672

    /// The nodes of the broker, tried in turn; never empty.
    public var hosts: [HostAndPort]
    /// The virtual host.
    public var virtualHost: String
    /// The user.
    public var username: String
    /// The password.
    public var password: String
    /// How often each side shows that it lives; the broker may ask for less.
    ///
    /// RabbitMQ recommends 5 to 20 s.
    public var heartbeat: Duration
    /// How long opening one host may take, and each answer while setting up.
    public var connectTimeout: Duration
    /// The name that operators see at the broker.
    public var connectionName: String

    /// Makes an endpoint out of its parts.
    public init(
        hosts: [HostAndPort],
        virtualHost: String = "/",
        username: String = "guest",
        password: String = "guest",
        heartbeat: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        connectionName: String = "amqp-client"
    ) {
        precondition(!hosts.isEmpty, "an endpoint has at least one host")
        self.hosts = hosts
        self.virtualHost = virtualHost
        self.username = username
        self.password = password
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.connectionName = connectionName
    }

    /// The first host.
    public var host: String { hosts[0].host }
    /// The port of the first host.
    public var port: Int { hosts[0].port }

    /// The same endpoint under another connection name.
    public func named(_ connectionName: String) -> AMQPEndpoint {
        var copy = self
        copy.connectionName = connectionName
        return copy
    }
}

extension AMQPEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, hosts and virtual host, without the password.
    public var description: String {
        "amqp://\(username)@\(hosts.map(\.description).joined(separator: ",")) vhost \(virtualHost)"
    }

    /// The description: a debugger's print has no business with the password either.
    public var debugDescription: String { description }

    /// The description only, so that `dump` does not print the password.
    public var customMirror: Mirror { Mirror(self, children: ["endpoint": description]) }
}
