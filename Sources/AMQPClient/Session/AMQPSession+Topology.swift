// SPDX-License-Identifier: Apache-2.0

extension AMQPSession {
    /// Declares or verifies a topology over this connection.
    func establish(_ topology: AMQPTopology, _ mode: AMQPTopology.Mode) -> [TopologyFault] {
        var faults: [TopologyFault] = []
        for exchange in topology.exchanges {
            note(.exchange(exchange.name), in: &faults) { () throws(AMQPError) in
                try establish(exchange, mode)
            }
        }
        for queue in topology.queues where !queue.isOptional {
            note(.queue(queue.name), in: &faults) { () throws(AMQPError) in
                try establish(queue, mode)
            }
        }
        guard mode == .declare else { return faults }
        var missing: [TopologyFault] = []
        for queue in topology.queues where queue.isOptional {
            note(.queue(queue.name), in: &missing) { () throws(AMQPError) in
                try establish(queue, mode)
            }
        }
        let broken = (faults + missing).map(\.object)
        for binding in topology.bindings
        // The fault of what it binds is enough.
        where !broken.contains(.queue(binding.queue)) && !broken.contains(.exchange(binding.exchange)) {
            let object = TopologyFault.Object.binding(
                queue: binding.queue,
                exchange: binding.exchange,
                routingKey: binding.routingKey
            )
            note(object, in: &faults) { () throws(AMQPError) in
                try bind(queue: binding.queue, exchange: binding.exchange, routingKey: binding.routingKey)
            }
        }
        return faults
    }

    /// Tries whether messages may be published, without publishing any; answers what may not be.
    func tryWrites(_ writes: [AMQPTopology.Write]) -> [TopologyFault] {
        var faults: [TopologyFault] = []
        for write in writes where !faults.contains(where: { $0.object == .exchange(write.exchange) }) {
            note(.exchange(write.exchange), in: &faults) { () throws(AMQPError) in
                try tryWrite(write)
            }
        }
        return faults
    }

    /// Publishes a message that the broker must refuse, and looks at what it refuses it for.
    ///
    /// RabbitMQ looks at the permissions and the exchange first (403, 404) and at the properties after them (406),
    /// before it routes: a message whose `expiration` is no number reaches no queue (`rabbit_channel`, 3.10 to 4.x).
    private func tryWrite(_ write: AMQPTopology.Write) throws(AMQPError) {
        var properties = AMQPProperties()
        properties.expiration = "never"
        let message = AMQPMessage(
            exchange: write.exchange,
            routingKey: write.routingKey,
            mandatory: false,
            properties: properties,
            body: []
        )
        let preconditionFailed = 406
        do throws(AMQPError) {
            try ask { link throws(AMQPError) in
                try link.publish(message)
                try awaitRefusal(link)
            }
        } catch {
            guard case .channelClosed(preconditionFailed, _) = error else { throw error }
        }
    }

    private func establish(_ exchange: AMQPTopology.Exchange, _ mode: AMQPTopology.Mode) throws(AMQPError) {
        try lookOrCreate(mode) { link throws(AMQPError) in
            try link.declareExchange(exchange.name, type: exchange.type, passive: true)
        } create: { link throws(AMQPError) in
            try link.declareExchange(
                exchange.name,
                type: exchange.type,
                durable: true,
                arguments: exchange.arguments
            )
        }
    }

    private func establish(_ queue: AMQPTopology.Queue, _ mode: AMQPTopology.Mode) throws(AMQPError) {
        try lookOrCreate(mode) { link throws(AMQPError) in
            try link.declareQueue(queue.name, passive: true)
        } create: { link throws(AMQPError) in
            try link.declareQueue(queue.name, durable: true, arguments: queue.arguments)
        }
    }

    private func lookOrCreate(
        _ mode: AMQPTopology.Mode,
        look: (BrokerLink) throws(AMQPError) -> Void,
        create: (BrokerLink) throws(AMQPError) -> Void
    ) throws(AMQPError) {
        do throws(AMQPError) {
            try ask(look)
        } catch {
            let notFound = 404
            guard mode == .declare, case .channelClosed(notFound, _) = error else { throw error }
            try ask(create)
        }
    }

    private func note(
        _ object: TopologyFault.Object,
        in faults: inout [TopologyFault],
        _ step: () throws(AMQPError) -> Void
    ) {
        do throws(AMQPError) {
            try step()
        } catch {
            faults.append(TopologyFault(object: object, error))
        }
    }
}
