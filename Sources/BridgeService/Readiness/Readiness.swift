// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Whether callbacks are accepted and commands taken, with every part named.
///
/// Source: docs/promises.md 6.1.
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
    let clouds: CloudStanding
    let field: FieldWatch

    /// "Accepts callbacks" and nothing else: broker, topology and Getnet never make it false.
    var acceptsCallbacks: Bool {
        listenerIsBound.withLockedValue { $0 } && gate.obstacles[.shutdown] == nil
    }

    /// "Takes commands", and can charge with one account at least.
    var takesCommands: Bool { parts.allSatisfy(\.isReady) }

    /// How it stands with commands, in one line.
    ///
    /// While Getnet alone is in the way commands are taken and told that they wait, unless a person must mend it.
    func summary(of parts: [Part]) -> String {
        let missing = parts.filter { !$0.isReady }.map(\.name)
        if missing.isEmpty { return "ok" }
        let isWaiting = missing == [CommandGate.Obstacle.cloud.rawValue] && gate.obstacles[.cloud] == nil
        return isWaiting ? "commands are taken and wait: nothing can be charged" : "commands are not taken"
    }

    /// What "takes commands" consists of.
    var parts: [Part] {
        let (obstacles, remarks) = (gate.obstacles, gate.remarks)
        var parts = CommandGate.Obstacle.allCases.map { obstacle in
            obstacle == .cloud
                ? cloudPart
                : Part(
                    name: obstacle.rawValue,
                    isReady: obstacles[obstacle] == nil,
                    detail: obstacles[obstacle] ?? remarks[obstacle] ?? ""
                )
        }
        parts.append(consumerPart)
        let publisher = events.state
        parts.append(Part(name: "publisher", isReady: publisher == .connected, detail: Self.words(publisher)))
        // What is wrong there costs time or a person's look; it is never in the way.
        parts += field.remarks.map { Part(name: $0.part, isReady: true, detail: $0.remark ?? "") }
        return parts
    }

    /// Not ready where nothing can be charged; an account that is held beside others is told of all the same.
    private var cloudPart: Part {
        Part(name: CommandGate.Obstacle.cloud.rawValue, isReady: clouds.obstacle == nil, detail: clouds.detail)
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
