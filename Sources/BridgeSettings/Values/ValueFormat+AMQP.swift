// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient

extension ValueFormat where Value == AMQPEndpoint {
    /// The broker's URL, secret because it may hold the password.
    static var amqpURL: Self {
        var format = Self("`amqp://user:password@host:port/vhost`") { (text) throws(UnreadableValue) in
            do throws(AMQPURLError) {
                return try AMQPEndpoint(url: text)
            } catch {
                throw UnreadableValue(error.rawValue, hint: error.hint)
            }
        } show: { _ in
            nil
        }
        format.isSecret = true
        return format
    }
}

extension ValueFormat where Value == AMQPEndpoint.HostAndPort {
    /// A node of the broker.
    static var amqpHost: Self {
        Self("`host[:port]`") { (text) throws(UnreadableValue) in
            guard !text.contains("@") else {
                throw UnreadableValue("holds an @", hint: "user and password have keys of their own")
            }
            do throws(AMQPURLError) {
                return try AMQPEndpoint.HostAndPort(text)
            } catch {
                throw UnreadableValue(error.rawValue, hint: "host, host:port or [IPv6 address]:port")
            }
        } show: {
            $0.description
        }
    }
}

extension ValueFormat where Value == String {
    /// A secret that another module keeps as a text and does not print.
    static var exposedSecret: Self {
        ValueFormat<Secret>.secret.mapped {
            $0.exposed
        } from: {
            Secret($0)
        }
    }
}
