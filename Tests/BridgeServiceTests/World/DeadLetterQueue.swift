// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import TestSupport

@testable import BridgeService
@testable import BridgeSettings

extension Surroundings {
    /// Takes messages out of a queue until it has this many.
    func take(_ count: Int, from queue: String, within limit: Duration = patience) async throws -> [Delivery] {
        let session = try await AMQPSession.open(virtualHost.endpoint())
        var taken: [Delivery] = []
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await eventually("\(queue) holds \(count) messages", within: limit) {
                    while taken.count < count, let delivery = try await session.get(queue: queue) {
                        try await session.settle(delivery, .acknowledge)
                        taken.append(delivery)
                        // Every message from another queue is a reply.
                        if queue != configuration.deadLetters.queue { Transcript.events.append(delivery) }
                    }
                    return taken.count >= count
                }
            )
        } catch {
            result = .failure(error)
        }
        await session.close()
        try result.get()
        return taken
    }

    /// Takes this many dead letters.
    func takeDeadLetters(_ count: Int) async throws -> [Delivery] {
        try await take(count, from: configuration.deadLetters.queue)
    }
}

extension Delivery {
    /// A header whose value is a string.
    func header(_ name: String) -> String? {
        guard case .string(let text) = properties.headers[name] else { return nil }
        return text
    }
}
