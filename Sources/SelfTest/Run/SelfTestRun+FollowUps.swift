// SPDX-License-Identifier: Apache-2.0

import Rig

/// What is sent about charges.
extension SelfTestRun {
    /// Each once, however often it is sent; those that were sent before their charge had ended may be refused.
    func followUps(hasty: Set<String> = []) -> [FollowUp] {
        var seen: Set<String> = []
        return plan.followUps.map(\.followUp).filter { seen.insert($0.commandID).inserted }.map { followUp in
            var followUp = followUp
            if hasty.contains(followUp.commandID) { followUp.isAlone = false }
            return followUp
        }
    }

    /// How the simulator is told of it: a bridge that lets too much be given back is to be seen, not to be helped out.
    ///
    /// In Argentina the customers take long, so that a cancel meets them, and in three of four of these runs its
    /// effect comes late.
    var simulatorWords: [String] {
        let words = ["--country", plan.country.rawValue, "--uncapped-refunds"] + plan.clocks.words
        guard plan.country == .argentina else { return words }
        return words + ["--think-time", "60s", "--cancel-delay", plan.seed % 20 == 6 ? "0ms" : "150ms"]
    }

    /// Sends everything at its moment; returns once it is confirmed.
    ///
    /// - Returns: the commands that were sent before the queue told the end of their charge.
    func sendFollowUps(by sender: CommandSender, _ events: EventQueue) async throws -> Set<String> {
        let begin = ContinuousClock.now
        return try await withThrowingTaskGroup(of: String?.self) { group in
            for sending in plan.followUps {
                group.addTask {
                    try await wait(for: sending.moment, since: begin, events)
                    let followUp = sending.followUp
                    let hasEnded = events.latest[followUp.original.commandID]?.isFinal ?? false
                    try await sender.send(followUp)
                    return hasEnded ? nil : followUp.commandID
                }
            }
            return try await group.reduce(into: []) { hasty, next in next.map { _ = hasty.insert($0) } }
        }
    }

    private func wait(
        for moment: RunPlan.Moment,
        since begin: ContinuousClock.Instant,
        _ events: EventQueue
    ) async throws {
        switch moment {
        case .at(let instant): try await Task.sleep(until: begin + instant, clock: .continuous)
        case .event(let commandID, let isFinal, let pause):
            while ContinuousClock.now < begin + RunPlan.longestWait {
                if let event = events.latest[commandID], event.isFinal || !isFinal { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            try await Task.sleep(for: pause)
        }
    }
}
