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
        for queue in topology.queues {
            note(.queue(queue.name), in: &faults) { () throws(AMQPError) in
                try establish(queue, mode)
            }
        }
        guard mode == .declare else { return faults }
        let broken = faults.map(\.object)
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
