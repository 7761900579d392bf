// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// Whether commands are taken and terminals woken, with every reason why not.
///
/// Obstacles are a set, so that one that goes away does not open the gate for another (contract §1, §3, §7).
final class CommandGate: Sendable {
    /// What can stand in the way.
    enum Obstacle: String, Sendable, CaseIterable {
        /// The store's unfinished transactions are not yet back in the machine.
        case recovering
        /// The store cannot commit.
        case store
        /// An exchange or a queue is missing.
        case topology
        /// The oldest unsent event is too old: nobody could be told a result.
        case outbox
        /// Too many accepted commands wait.
        case backlog
        /// The process is about to end.
        case shutdown

        /// Whether a POST must wait as well, not only the taking of commands.
        var keepsTerminalsAsleep: Bool {
            switch self {
            case .recovering, .store, .outbox, .shutdown: true
            case .topology, .backlog: false
            }
        }
    }

    private struct State {
        var obstacles: [Obstacle: String] = [.recovering: "the store is being read"]
        var observers: [@Sendable (Bool) -> Void] = []
        var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextSleeper = 0
    }

    private let state = NIOLockedValueBox(State())

    /// What stands in the way now, each with a sentence.
    var obstacles: [Obstacle: String] { state.withLockedValue(\.obstacles) }

    /// Calls back whenever the gate for commands opens (`true`) or closes, beginning with how it is now.
    func observe(_ observer: @escaping @Sendable (Bool) -> Void) {
        let isOpen = state.withLockedValue { state in
            state.observers.append(observer)
            return state.obstacles.isEmpty
        }
        observer(isOpen)
    }

    /// Puts an obstacle into the way; `true` if it is new.
    @discardableResult
    func close(_ obstacle: Obstacle, because reason: String) -> Bool {
        let (isNew, observers) = state.withLockedValue { state in
            let wasOpen = state.obstacles.isEmpty
            let isNew = state.obstacles.updateValue(reason, forKey: obstacle) == nil
            return (isNew, wasOpen ? state.observers : [])
        }
        for observer in observers { observer(false) }
        return isNew
    }

    /// Takes an obstacle away; `true` if it was there.
    @discardableResult
    func open(_ obstacle: Obstacle) -> Bool {
        typealias Sleepers = [CheckedContinuation<Void, Never>]
        typealias Opening = (wasThere: Bool, observers: [@Sendable (Bool) -> Void], sleepers: Sleepers)
        let (wasThere, observers, sleepers) = state.withLockedValue { state -> Opening in
            let wasThere = state.obstacles.removeValue(forKey: obstacle) != nil
            let observers = wasThere && state.obstacles.isEmpty ? state.observers : []
            guard Self.mayWake(state.obstacles) else { return (wasThere, observers, []) }
            defer { state.sleepers = [:] }
            return (wasThere, observers, Array(state.sleepers.values))
        }
        for observer in observers { observer(true) }
        for sleeper in sleepers { sleeper.resume() }
        return wasThere
    }

    /// Returns once terminals may be woken; `false` if the task was cancelled before.
    func waitUntilTerminalsMayBeWoken() async -> Bool {
        if state.withLockedValue({ Self.mayWake($0.obstacles) }) { return true }
        let id = state.withLockedValue { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLockedValue { state in
                    if Task.isCancelled || Self.mayWake(state.obstacles) { return true }
                    state.sleepers[id] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLockedValue { $0.sleepers.removeValue(forKey: id) }?.resume()
        }
        return state.withLockedValue { Self.mayWake($0.obstacles) }
    }

    private static func mayWake(_ obstacles: [Obstacle: String]) -> Bool {
        !obstacles.keys.contains(where: \.keepsTerminalsAsleep)
    }
}
