// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore

/// The account's breaker and window behind a lock, with the clock, the callers that wait, and a log of its opening.
final class AccountGate: Sendable {
    /// A command waits no longer for its turn; then it is told to come back.
    static let longestTurn = SubmissionWindow.slow
    /// A status 429 keeps questions back no longer, even if it asks for more.
    static let longestQuestionThrottle = Duration.seconds(300)

    /// A request without a connection is an obstacle for so long: a command that waits tries again before.
    static let troubleTime = Duration.seconds(35)

    /// The answer to a command that asks for its turn.
    enum Turn: Sendable, Equatable {
        /// One of the places in the window.
        case place(Int)
        /// None is needed: the breaker is open, and the POST is told why.
        case told
        /// None became free in time.
        case late
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Turn, Never>
    }

    private struct State {
        var breaker = AccountBreaker()
        var window: SubmissionWindow
        /// The place of the command that goes as a probe.
        var probe: Int?
        var waiters: [Waiter] = []
        var nextWaiter = 0
        var questionsRestUntil: ContinuousClock.Instant?
        /// Why the last request found no connection; `nil` after one that was answered.
        var trouble: (kind: ConnectionTrouble, at: ContinuousClock.Instant)?

        mutating func offer(at now: ContinuousClock.Instant) -> Turn? {
            guard breaker.isOpen else { return window.take(at: now, doubts: breaker.doubts).map { .place($0) } }
            guard breaker.isDueForProbe(at: now) else { return .told }
            guard probe == nil, let place = window.take(at: now, doubts: 0) else { return nil }
            probe = place
            return .place(place)
        }

        /// Those whose turn it is now.
        mutating func takeReady(at now: ContinuousClock.Instant) -> [(Waiter, Turn)] {
            var ready: [(Waiter, Turn)] = []
            while let first = waiters.first, let turn = offer(at: now) {
                waiters.removeFirst()
                ready.append((first, turn))
            }
            return ready
        }
    }

    private let state: NIOLockedValueBox<State>
    private let reader: AnswerReader
    private let eventLoop: any EventLoop
    private let logger: Logger

    /// A gate of an account with so many connections for commands.
    init(connections: Int, reader: AnswerReader, eventLoop: any EventLoop, logger: Logger) {
        state = NIOLockedValueBox(State(window: SubmissionWindow(limit: connections)))
        self.reader = reader
        self.eventLoop = eventLoop
        self.logger = logger
    }

    /// Whether commands are kept back.
    var isOpen: Bool { state.withLockedValue { $0.breaker.isOpen } }

    /// What stands in the way of commands, apart from the token.
    var obstacle: CloudObstacle? {
        let now = ContinuousClock.now
        return state.withLockedValue { state in
            if let held = state.breaker.obstacle(at: now) { return CloudObstacle(held) }
            if let silence = state.window.silence(at: now, doubts: state.breaker.doubts) {
                return .silent(posts: state.window.taken, for: silence)
            }
            guard let trouble = state.trouble, now - trouble.at < Self.troubleTime else { return nil }
            return .unreachable(trouble.kind)
        }
    }

    // MARK: - Turns

    /// Waits for a place in the window, `longestTurn` at most.
    ///
    /// *Isolation*: cancellation is not heeded; the wait is short.
    func turn() async -> Turn {
        await withCheckedContinuation { continuation in
            let waiter: Int? = state.withLockedValue { state in
                if state.waiters.isEmpty, let turn = state.offer(at: .now) {
                    continuation.resume(returning: turn)
                    return nil
                }
                state.nextWaiter += 1
                state.waiters.append(Waiter(id: state.nextWaiter, continuation: continuation))
                return state.nextWaiter
            }
            guard let waiter else { return }
            eventLoop.scheduleTask(in: TimeAmount(Self.longestTurn)) { self.giveUp(waiter) }
        }
    }

    /// Gives a turn back.
    func end(_ turn: Turn) {
        guard case .place(let place) = turn else { return }
        change { state in
            state.window.giveBack(place)
            if state.probe == place { state.probe = nil }
        }
    }

    private func giveUp(_ id: Int) {
        let waiter = state.withLockedValue { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: .late)
    }

    // MARK: - Commands

    /// Whether a command may go.
    func pass() -> AccountBreaker.Passage { state.withLockedValue { $0.breaker.pass(at: .now) } }

    /// Whether a reading may go.
    func passReading() -> AccountBreaker.Passage { state.withLockedValue { $0.breaker.passReading(at: .now) } }

    /// A command that went has ended.
    func ended(_ permit: AccountBreaker.Permit, _ finding: AccountBreaker.Finding) {
        change { state in
            let now = ContinuousClock.now
            let wasOpen = state.breaker.isOpen
            state.breaker.ended(permit, finding, at: now)
            if finding == .served { state.window.answered(at: now, isWanted: !state.waiters.isEmpty) }
            if finding == .tokenRejected || wasOpen || state.breaker.isOpen { state.window.shrink() }
        }
    }

    /// A reading that went has ended.
    func readingEnded(_ permit: AccountBreaker.Permit, _ end: ExchangeEnd) {
        let finding = AccountBreaker.Finding(reading: end) { reader.read($0.body).map { $0.code != .unknown } ?? false }
        change { $0.breaker.readingEnded(permit, finding, at: .now) }
    }

    /// A command in doubt was ended by its callback.
    func doubtEnded() { change { $0.breaker.doubtEnded() } }

    // MARK: - Questions

    /// How long the cloud wants no questions.
    func throttle() -> Duration? {
        state.withLockedValue { state in
            guard let until = state.questionsRestUntil, until > .now else { return nil }
            return until - .now
        }
    }

    /// A question has ended; commands do not wait for what it was told.
    func questionEnded(_ end: ExchangeEnd) {
        guard case .answered(let http) = end, http.status == 429, let asked = http.retryAfter else { return }
        let wait = min(asked, Self.longestQuestionThrottle)
        state.withLockedValue { $0.questionsRestUntil = .now + wait }
        logger.warning(
            "Getnet asks for fewer questions; questions wait, commands do not",
            metadata: [LogKey.waitsFor: "\(wait.components.seconds)"]
        )
    }

    /// A request has ended that needed a connection.
    func note(_ end: ExchangeEnd) {
        switch end {
        case .neverSent(let trouble):
            let isNews = state.withLockedValue { state in
                defer { state.trouble = (trouble, .now) }
                return state.trouble?.kind != trouble
            }
            guard isNews else { return }
            logger.warning("\(trouble.description)", metadata: [LogKey.reason: "\(trouble.rawValue)"])
        case .answered: state.withLockedValue { $0.trouble = nil }
        case .withheld, .interrupted: return
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let (before, after, ready) = state.withLockedValue { state in
            let before = state.breaker.obstacle(at: .now)
            change(&state)
            return (before, state.breaker.obstacle(at: .now), state.takeReady(at: .now))
        }
        for (waiter, turn) in ready { waiter.continuation.resume(returning: turn) }
        guard (before == nil) != (after == nil) else { return }
        if let after {
            logger.warning("no command is sent: \(CloudObstacle(after).description)")
        } else {
            logger.info("Getnet takes the account's commands again")
        }
    }
}
