// SPDX-License-Identifier: Apache-2.0

/// The exchanges, queues and bindings that a program needs at the broker.
public struct AMQPTopology: Sendable, Equatable {
    /// An exchange; always durable.
    public struct Exchange: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The type: `topic`, `direct`, `fanout`, `headers`.
        public var type: String
        /// The arguments it is created with.
        public var arguments: [String: AMQPValue]

        /// Makes an exchange.
        public init(name: String, type: String = "topic", arguments: [String: AMQPValue] = [:]) {
            self.name = name
            self.type = type
            self.arguments = arguments
        }
    }

    /// A queue; always durable.
    public struct Queue: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The arguments it is created with, `x-queue-type` among them.
        public var arguments: [String: AMQPValue]
        /// Whether the program does its main work without it: that it cannot be had is no fault.
        public var isOptional: Bool

        /// Makes a queue.
        public init(name: String, arguments: [String: AMQPValue] = [:], isOptional: Bool = false) {
            self.name = name
            self.arguments = arguments
            self.isOptional = isOptional
        }
    }

    /// A binding of a queue to an exchange.
    public struct Binding: Sendable, Equatable {
        /// The queue.
        public var queue: String
        /// The exchange.
        public var exchange: String
        /// The routing key, `#` for everything of a topic exchange.
        public var routingKey: String

        /// Makes a binding.
        public init(queue: String, exchange: String, routingKey: String) {
            self.queue = queue
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    /// A publish that must be allowed.
    public struct Write: Sendable, Hashable {
        /// The exchange.
        public var exchange: String
        /// A routing key, which topic permissions look at.
        public var routingKey: String

        /// Makes a write.
        public init(exchange: String, routingKey: String) {
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    /// What to do about the topology.
    public enum Mode: String, Sendable, CaseIterable {
        /// Look first, create what is missing, never declare again what exists, bind.
        case declare
        /// Look only. Types, arguments and bindings cannot be seen over AMQP.
        case verify
        /// Nothing.
        case none
    }

    /// The exchanges.
    public var exchanges: [Exchange]
    /// The queues.
    public var queues: [Queue]
    /// The bindings.
    public var bindings: [Binding]
    /// What must be allowed to be published.
    public var writes: [Write]

    /// Makes a topology.
    public init(
        exchanges: [Exchange] = [],
        queues: [Queue] = [],
        bindings: [Binding] = [],
        writes: [Write] = []
    ) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
        self.writes = writes
    }

    /// Declares or verifies over a connection of its own; answers everything that is not as it should be.
    ///
    /// It never throws: a topology that is wrong is a state to report and look at again. Each write that is tried, in
    /// any mode, leaves a line in the broker's log.
    public func establish(
        _ mode: Mode,
        at endpoint: AMQPEndpoint,
        tryingWrites: Bool = false
    ) async -> [TopologyFault] {
        guard mode != .none || (tryingWrites && !writes.isEmpty) else { return [] }
        do throws(AMQPError) {
            let session = try await AMQPSession.open(endpoint)
            var faults: [TopologyFault] = []
            if mode != .none { faults = await session.establish(self, mode) }
            // What is missing cannot be written to either.
            if tryingWrites, faults.isEmpty { faults = await session.tryWrites(writes) }
            await session.close()
            return faults
        } catch {
            return [TopologyFault(object: .broker, error)]
        }
    }
}

/// A part of the topology that is not as it should be.
public struct TopologyFault: Sendable, Equatable, CustomStringConvertible {
    /// What it is about.
    public enum Object: Sendable, Equatable, CustomStringConvertible {
        /// The connection as a whole.
        case broker
        /// An exchange by name.
        case exchange(String)
        /// A queue by name.
        case queue(String)
        /// A binding.
        case binding(queue: String, exchange: String, routingKey: String)

        /// `exchange x`, `queue q`, `binding of q to x by #`.
        public var description: String {
            switch self {
            case .broker: "broker"
            case .exchange(let name): "exchange \(name)"
            case .queue(let name): "queue \(name)"
            case .binding(let queue, let exchange, let key): "binding of \(queue) to \(exchange) by \(key)"
            }
        }
    }

    /// What is wrong with it.
    public enum Kind: String, Sendable {
        /// It is not there (404).
        case missing
        /// The user may not see, create or bind it (403).
        case forbidden
        /// It is another connection's exclusive queue (405).
        case locked
        /// The broker does not accept it as described (406 and others).
        case refused
        /// The broker did not answer.
        case unreachable
    }

    /// What it is about.
    public let object: Object
    /// What is wrong with it.
    public let kind: Kind
    /// The broker's words, or the cause.
    public let text: String

    /// One line: object, kind, text.
    public var description: String { "\(object): \(kind.rawValue) (\(text))" }
}

extension TopologyFault {
    init(object: Object, _ error: AMQPError) {
        self.object = object
        switch error {
        case .channelClosed(let code, let text), .refused(let code, let text):
            kind = Kind(replyCode: code)
            self.text = "\(code) \(text)"
        case .unreachable, .connectionLost, .timedOut, .malformed:
            kind = .unreachable
            text = "\(error)"
        }
    }
}

extension TopologyFault.Kind {
    /// AMQP's reply codes, as far as declarations meet them.
    fileprivate init(replyCode: Int) {
        switch replyCode {
        case 403: self = .forbidden
        case 404: self = .missing
        case 405: self = .locked
        default: self = .refused
        }
    }
}
