// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers
import ServiceLifecycle

/// The state of the cloud, its clock and its queue of callbacks: what endpoints and courier share.
struct Cloud: Sendable {
    let configuration: SimulatorConfiguration
    let callbacks = CallbackQueue()
    private let changes = PlanChanges()
    private let state: NIOLockedValueBox<CloudState>
    private let origin = ContinuousClock.now

    init(_ configuration: SimulatorConfiguration) {
        self.configuration = configuration
        state = NIOLockedValueBox(CloudState(configuration: configuration, startedAt: Date()))
    }

    /// The time since the start.
    var now: Duration { origin.duration(to: .now) }

    /// Reads or changes the state; no other task does meanwhile.
    func withState<Result>(_ body: (inout CloudState) -> Result) -> Result {
        state.withLockedValue(body)
    }

    /// Waits for a moment.
    ///
    /// - Parameter moment: counted from the start.
    /// - Returns: whether it came; not so if the surrounding task is cancelled or its service shuts down before.
    func wait(until moment: Duration) async -> Bool {
        guard moment > now else { return true }
        let deadline = origin + moment
        return await cancelWhenGracefulShutdown {
            do {
                try await ContinuousClock().sleep(until: deadline)
                return true
            } catch {
                return false
            }
        }
    }

    /// Waits for a moment, or until the plan of a command changes.
    ///
    /// - Parameters:
    ///   - moment: counted from the start.
    ///   - course: the command.
    /// - Returns: whether one of both came; not so if the surrounding task is cancelled before.
    func wait(until moment: Duration, orChangeOf course: Course) async -> Bool {
        let change = changes.next(of: course.subject)
        defer { changes.end(course.subject) }
        guard isCurrent(course) else { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await wait(until: moment) }
            group.addTask {
                for await _ in change {}
                return !Task.isCancelled
            }
            let came = await group.next() ?? false
            group.cancelAll()
            return came
        }
    }

    /// The plan of a command as it is by now.
    func plan(of course: Course) -> SalePlan {
        settle()
        return withState { $0.course(course.subject)?.plan } ?? course.plan
    }

    /// Whether the plan of a command is still the one it was started with.
    func isCurrent(_ course: Course) -> Bool {
        settle()
        return withState { $0.isCurrent(course) }
    }

    /// Lets every cancellation happen whose moment has come.
    func settle() {
        let changed = withState { state in
            state.settle(until: now)
            return state.takeChangedCourses()
        }
        for course in changed {
            if course.webhook != nil, !callbacks.add(.course(course)) { noteDropped(1) }
            changes.end(course.subject)
        }
    }

    /// The writer of answers in a dialect.
    func writer(_ dialect: Dialect) -> AnswerWriter {
        AnswerWriter(dialect: dialect, cancelCode: configuration.cancelCode)
    }

    /// Notes that a limit of the simulator was reached.
    func noteDropped(_ count: Int) {
        withState { $0.count { $0.dropped += count } }
    }
}
