// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the terminals' clocks show.
struct TerminalClock: Sendable {
    private let startedAt: Date
    private let zone: TimeZone
    private let skew: Int
    private let skews: [String: Int]
    private let dice: FaultDice

    /// Creates the clocks of one simulator.
    ///
    /// - Parameters:
    ///   - configuration: their zone, and how wrong they are.
    ///   - dice: which of them stand in another zone.
    ///   - startedAt: the moment zero.
    init(_ configuration: SimulatorConfiguration, _ dice: FaultDice, startedAt: Date) {
        self.startedAt = startedAt
        self.dice = dice
        zone = TimeZone(identifier: configuration.zoneName) ?? .gmt
        skew = configuration.clockSkew
        skews = Dictionary(
            configuration.clockSkews.map { (Terminal.key($0.key), $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The instant of a moment.
    func date(_ moment: Duration) -> Date {
        startedAt.addingTimeInterval(moment / .seconds(1))
    }

    /// What the clock of a terminal shows at a moment.
    ///
    /// - Parameters:
    ///   - moment: counted from the start.
    ///   - terminal: its ``Terminal/key(_:)``.
    /// - Returns: the local time.
    func time(_ moment: Duration, at terminal: String) -> TerminalTime {
        let seconds = (skews.isEmpty ? skew : skews[terminal] ?? skew) + zoneShift(of: terminal)
        return TerminalTime(date(moment).addingTimeInterval(TimeInterval(seconds)), in: zone)
    }

    /// How far the zone of a terminal is from that of its country, in seconds: one or two hours, earlier or later.
    private func zoneShift(of terminal: String) -> Int {
        guard dice.fault(ofTerminal: terminal) == .otherZone else { return 0 }
        return [-2, -1, 1, 2][Int(dice.number("zone", terminal, 0) % 4)] * 3_600
    }
}
