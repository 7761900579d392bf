// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Whether callbacks are accepted and commands taken, with every part named.
///
/// Source: contract §6.
struct Readiness: Sendable {
    /// One part of readiness.
    struct Part: Sendable, Equatable {
        let name: String
        let isReady: Bool
        /// Why it is not ready, or what else a person should know; empty for nothing.
        let detail: String
    }

    let gate: CommandGate
    let listenerIsBound: NIOLockedValueBox<Bool>
    let commands: AMQPConsumer
    let probe: ConsumerProbe
    let events: AMQPPublisher

    /// "Accepts callbacks" and nothing else: broker, topology and Getnet never make it false.
    var acceptsCallbacks: Bool {
        listenerIsBound.withLockedValue { $0 } && gate.obstacles[.shutdown] == nil
    }

    /// "Takes commands".
    var takesCommands: Bool { parts.allSatisfy(\.isReady) }

    /// What "takes commands" consists of.
    var parts: [Part] {
        let (obstacles, remarks) = (gate.obstacles, gate.remarks)
        var parts = CommandGate.Obstacle.allCases.map { obstacle in
            Part(
                name: obstacle.rawValue,
                isReady: obstacles[obstacle] == nil,
                detail: obstacles[obstacle] ?? remarks[obstacle] ?? ""
            )
        }
        parts.append(consumerPart)
        let publisher = events.state
        parts.append(Part(name: "publisher", isReady: publisher == .connected, detail: Self.words(publisher)))
        return parts
    }

    private var consumerPart: Part {
        switch commands.state {
        case .consuming: Part(name: "consumer", isReady: probe.fault == nil, detail: probe.fault ?? probe.remark ?? "")
        case .connecting: Part(name: "consumer", isReady: false, detail: "not connected to the broker")
        case .notOwner: Part(name: "consumer", isReady: false, detail: "another bridge holds getnet-bridge.owner")
        case .unavailable(let reason): Part(name: "consumer", isReady: false, detail: reason)
        case .paused: Part(name: "consumer", isReady: false, detail: "held back by the above")
        case .closed: Part(name: "consumer", isReady: false, detail: "closed")
        }
    }

    private static func words(_ state: AMQPPublisher.State) -> String {
        switch state {
        case .connected: ""
        case .connecting: "not connected to the broker"
        case .blocked(let reason): "the broker blocks publishers: \(reason)"
        case .closed: "closed"
        }
    }
}
