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

/// What an `amqp://` URL says.
///
/// Shape: `amqp://user:password@host:5672/vhost`. No path and a bare `/` both mean the virtual host `/`; a slash within
/// the name of a virtual host is written `%2F`.
///
/// Source: RabbitMQ's URI specification, but for the bare `/`, which names the empty virtual host there; contract §9.
struct AMQPAddress: Sendable, Equatable {
    var node: AMQPHost
    var virtualHost: String
    var username: String?
    var password: Secret?

    /// Reads a URL; no message of its errors repeats any of it.
    init(_ text: String) throws(UnreadableValue) {
        let url = try URLText(text)
        if url.scheme == "amqps" { throw UnreadableValue("asks for TLS, which is not there yet", hint: "use amqp://") }
        guard url.scheme == "amqp" else { throw UnreadableValue("does not begin with amqp://") }
        node = AMQPHost(host: url.host, port: url.port ?? AMQPHost.defaultPort)
        let name = url.path.dropFirst()
        if name.contains("/") {
            throw UnreadableValue(
                "has more than one slash in its path",
                hint: "within a virtual host, / is written %2F"
            )
        }
        virtualHost = name.isEmpty ? "/" : try URLText.decoded(name, part: "virtual host")
        guard let userInfo = url.userInfo else { return }
        let parts = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = parts.first, !user.isEmpty else { throw UnreadableValue("has no user before its @") }
        username = try URLText.decoded(user, part: "user")
        guard parts.count == 2 else { return }
        if parts[1].contains("@") || parts[1].contains(":") {
            throw UnreadableValue("has a : or @ in its password", hint: "write : as %3A and @ as %40")
        }
        password = Secret(try URLText.decoded(parts[1], part: "password"))
    }

    init(node: AMQPHost, virtualHost: String, username: String?, password: Secret?) {
        self.node = node
        self.virtualHost = virtualHost
        self.username = username
        self.password = password
    }
}

extension BridgeConfiguration.AMQP {
    /// What `amqp.url` decides; setting it leaves the defaults of what the URL does not say.
    var address: AMQPAddress {
        get {
            let node = hosts.first ?? AMQPHost(host: "127.0.0.1", port: AMQPHost.defaultPort)
            return AMQPAddress(node: node, virtualHost: virtualHost, username: username, password: password)
        }
        set {
            hosts = [newValue.node]
            virtualHost = newValue.virtualHost
            if let name = newValue.username { username = name }
            if let secret = newValue.password { password = secret }
        }
    }
}

extension ValueFormat where Value == AMQPAddress {
    /// The broker's URL, secret because it may hold the password.
    static var amqpURL: Self {
        var format = Self("`amqp://user:password@host:port/vhost`") { (text) throws(UnreadableValue) in
            try AMQPAddress(text)
        } show: { _ in
            nil
        }
        format.isSecret = true
        return format
    }
}

extension ValueFormat where Value == AMQPHost {
    /// A node of the broker.
    static var amqpHost: Self {
        Self("`host[:port]`") { (text) throws(UnreadableValue) in
            let (host, port) = try URLText.hostAndPort(text)
            return AMQPHost(host: host, port: port ?? AMQPHost.defaultPort)
        } show: {
            $0.description
        }
    }
}
