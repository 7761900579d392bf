// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import Logging
internal import NIOConcurrencyHelpers

/// Holds commands back while the wall clock is behind Getnet's, or behind the latest time that the bridge has seen.
///
/// With a clock that is behind, a command that is too old looks young and wakes a terminal long after the customer
/// left. The store tells it after a restart, the latest time seen here while the process runs. A clock that was ahead
/// and was set right looks the same. Two witnesses tell the two apart: Getnet's own clock, and the time at the start
/// carried on. Transactions under way go on: their time does not jump (`TransactionCalendars`).
struct ClockWatch: Watch {
    /// How often it looks.
    static let interval = Duration.seconds(1)
    /// How far a clock may be behind or off: less than the shortest life that commands are given in practice.
    static let tolerance = Duration.seconds(60)

    let store: any StoreReading
    let gate: CommandGate
    let clouds: [CloudClock]
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    private let seen = NIOLockedValueBox(Seen())

    private struct Seen {
        /// The latest time that the clock showed, before this start too.
        var latest: Timestamp?
        /// The time at the start on a clock that does not jump; `nil` while it was before what the store holds.
        var start: (instant: Timestamp, at: ContinuousClock.Instant)?
    }

    init(
        store: any StoreReading,
        gate: CommandGate,
        clouds: [CloudClock],
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        self.gate = gate
        self.clouds = clouds
        self.clock = clock
        self.logger = logger
    }

    /// Reads the latest instant of the store and looks for the first time, before a terminal can be woken.
    ///
    /// *Throws*: `StoreError`; the bridge must not start then.
    func begin() async throws(StoreError) {
        let newest = try await store.newestInstant()
        let now = clock()
        seen.withLockedValue { seen in
            seen.latest = newest
            if now >= newest ?? now { seen.start = (now, .now) }
        }
        look()
    }

    func look() {
        let now = clock()
        let (latest, start) = seen.withLockedValue { seen in
            let latest = max(seen.latest ?? now, now)
            seen.latest = latest
            return (latest, seen.start)
        }
        let offsets = clouds.compactMap(\.now).map { now - $0 }
        tell(offsets.min { abs($0) < abs($1) })
        if let best = offsets.max(), best < .zero - Self.tolerance {
            return close(
                "this machine's clock is \(abs(best).components.seconds) s behind that of Getnet; set it right"
            )
        }
        guard latest - now > Self.tolerance else { return open() }
        let isSteady = start.map { abs(now - ($0.instant + $0.at.duration(to: .now))) <= Self.tolerance } ?? false
        guard !isSteady, !offsets.contains(where: { abs($0) <= Self.tolerance }) else {
            seen.withLockedValue { $0.latest = now }
            logger.warning("the clock was ahead and is right now", metadata: [LogKey.age: "\(latest - now)"])
            return open()
        }
        close("this machine's clock shows \(now), but it showed \(latest) before; set it right")
    }

    /// Whether nothing speaks against the clock: Getnet's agrees with it, or Getnet answers without saying the time.
    var isConfirmed: Bool {
        let heard = clouds.filter(\.hasAnswered)
        guard !heard.isEmpty else { return clouds.isEmpty }
        let now = clock()
        let times = heard.compactMap(\.now)
        return times.isEmpty || times.contains { abs(now - $0) <= Self.tolerance }
    }

    private func close(_ reason: String) {
        if gate.close(.clock, because: reason) {
            logger.error("no command is taken", metadata: [LogKey.obstacle: "clock: \(reason)"])
        }
    }

    private func open() {
        if gate.open(.clock) { logger.info("an obstacle to commands is gone", metadata: [LogKey.obstacle: "clock"]) }
    }

    /// Says that Getnet's clock and ours differ, once when it begins.
    private func tell(_ offset: Duration?) {
        guard let offset, abs(offset) > Self.tolerance else { return gate.remark(nil, on: .clock) }
        let side = offset > .zero ? "ahead of" : "behind"
        let remark = "this machine's clock is \(abs(offset).components.seconds) s \(side) that of Getnet"
        if gate.remarks[.clock] == nil { logger.warning("\(remark)") }
        gate.remark(remark, on: .clock)
    }

    private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}
