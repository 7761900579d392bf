// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// Whether commands are taken and terminals woken, with every reason why not.
///
/// Obstacles are a set, so that one that goes away does not open the gate for another (docs/promises.md 1.6).
final class CommandGate: Sendable {
    /// What can stand in the way.
    enum Obstacle: String, Sendable, CaseIterable {
        /// The store's unfinished transactions are not yet back in the machine.
        case recovering
        /// The store was restored from a backup and not released yet.
        case held
        /// The clock on the wall is behind what the store holds.
        case clock
        /// The store cannot commit.
        case store
        /// An exchange or a queue is missing.
        case topology
        /// The oldest unsent event is too old, or not known: a caller could not be told a result.
        case outbox
        /// Too many accepted commands wait.
        case backlog
        /// No account can be logged in at Getnet without a person.
        case cloud
        /// The process is about to end.
        case shutdown

        /// Whether a POST must wait as well, not only the taking of commands.
        var keepsTerminalsAsleep: Bool {
            switch self {
            case .recovering, .held, .clock, .store, .outbox, .shutdown: true
            case .topology, .backlog, .cloud: false
            }
        }
    }

    private enum Terminals {
        case mayBeWoken, mustWait, stayAsleep

        init(_ obstacles: [Obstacle: String]) {
            if obstacles[.shutdown] != nil {
                self = .stayAsleep
            } else {
                self = obstacles.keys.contains(where: \.keepsTerminalsAsleep) ? .mustWait : .mayBeWoken
            }
        }
    }

    private struct State {
        var obstacles: [Obstacle: String] = [
            .recovering: "the store is being read",
            .topology: "exchanges and queues were not looked at yet",
            .outbox: "the outbox was not read yet",
        ]
        /// Obstacles that stand only until the first look; what it finds counts as new all the same.
        var unseen: Set<Obstacle> = [.recovering, .topology, .outbox]
        var remarks: [Obstacle: String] = [:]
        var observers: [@Sendable (Bool) -> Void] = []
        var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextSleeper = 0

        /// Tells the observers if the gate opened or closed, and takes out the sleepers if they need not wait.
        mutating func announce(wasOpen: Bool) -> [CheckedContinuation<Void, Never>] {
            if wasOpen != obstacles.isEmpty {
                for observer in observers { observer(obstacles.isEmpty) }
            }
            guard Terminals(obstacles) != .mustWait else { return [] }
            defer { sleepers = [:] }
            return Array(sleepers.values)
        }
    }

    private let state = NIOLockedValueBox(State())

    /// What stands in the way now, each with a sentence.
    var obstacles: [Obstacle: String] { state.withLockedValue(\.obstacles) }

    /// What a person should know of parts that are not in the way.
    var remarks: [Obstacle: String] { state.withLockedValue(\.remarks) }

    /// Notes what a person should know of a part, whether it is in the way or not; `nil`: nothing.
    func remark(_ remark: String?, on obstacle: Obstacle) {
        state.withLockedValue { $0.remarks[obstacle] = remark }
    }

    /// Calls back whenever the gate for commands opens (`true`) or closes, beginning with how it is now.
    ///
    /// The observer is called within the gate's lock, so that two of its calls cannot overtake each other: it only
    /// notes what it hears and does not ask the gate.
    func observe(_ observer: @escaping @Sendable (Bool) -> Void) {
        state.withLockedValue { state in
            state.observers.append(observer)
            observer(state.obstacles.isEmpty)
        }
    }

    /// Puts an obstacle into the way; `true` if it is new.
    @discardableResult
    func close(_ obstacle: Obstacle, because reason: String) -> Bool {
        let (isNew, sleepers) = state.withLockedValue { state in
            let wasOpen = state.obstacles.isEmpty
            let wasThere = state.obstacles.updateValue(reason, forKey: obstacle) != nil
            let isNew = state.unseen.remove(obstacle) != nil || !wasThere
            return (isNew, state.announce(wasOpen: wasOpen))
        }
        for sleeper in sleepers { sleeper.resume() }
        return isNew
    }

    /// Takes an obstacle away; `true` if it was there.
    @discardableResult
    func open(_ obstacle: Obstacle) -> Bool {
        let (wasThere, sleepers) = state.withLockedValue { state in
            let wasOpen = state.obstacles.isEmpty
            state.unseen.remove(obstacle)
            let wasThere = state.obstacles.removeValue(forKey: obstacle) != nil
            return (wasThere, state.announce(wasOpen: wasOpen))
        }
        for sleeper in sleepers { sleeper.resume() }
        return wasThere
    }

    /// Returns once terminals may be woken; `false` if the bridge stops or the task was cancelled before.
    func waitUntilTerminalsMayBeWoken() async -> Bool {
        while !Task.isCancelled {
            switch state.withLockedValue({ Terminals($0.obstacles) }) {
            case .mayBeWoken: return true
            case .stayAsleep: return false
            case .mustWait: await sleep()
            }
        }
        return false
    }

    /// Returns when terminals need not wait any more, or when the task is cancelled.
    private func sleep() async {
        let id = state.withLockedValue { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLockedValue { state in
                    if Task.isCancelled || Terminals(state.obstacles) != .mustWait { return true }
                    state.sleepers[id] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLockedValue { $0.sleepers.removeValue(forKey: id) }?.resume()
        }
    }
}

extension CommandGate {
    /// Whether a terminal may be woken at this moment.
    var letsTerminalsBeWoken: Bool { state.withLockedValue { Terminals($0.obstacles) == .mayBeWoken } }
}
