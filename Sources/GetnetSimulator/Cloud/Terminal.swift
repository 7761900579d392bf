// SPDX-License-Identifier: Apache-2.0

/// One terminal as the cloud sees it: it does one command at a time.
///
/// Source: reference §5.2 (busy) and §7 (90 s, 5 min).
struct Terminal: Equatable, Sendable {
    private var occupiedFrom: Duration = .zero
    private var occupiedUntil: Duration = .zero
    private var operations = 0

    /// What the cloud says if a command comes at this moment.
    ///
    /// - Parameters:
    ///   - now: the moment.
    ///   - pace: after `pace.responseWindow` the hint changes from 15 s to 5 min.
    /// - Returns: the refusal, or nothing if the terminal is free.
    func refusal(at now: Duration, pace: Pace) -> CloudMessage? {
        guard now < occupiedUntil else { return nil }
        return now - occupiedFrom < pace.responseWindow ? .busy15Seconds : .busy5Minutes
    }

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - now: the moment.
    ///   - duration: for how long no other command gets through, at most `pace.life`.
    ///   - payments: how many receipts it makes at most.
    ///   - pace: durations of this simulator.
    /// - Returns: the number of its first receipt.
    mutating func occupy(at now: Duration, for duration: Duration, payments: Int, pace: Pace) -> Int {
        precondition(refusal(at: now, pace: pace) == nil, "a command is started only at a terminal that is free")
        occupiedFrom = now
        occupiedUntil = now + min(duration, pace.life)
        defer { operations += payments }
        return operations + 1
    }
}
