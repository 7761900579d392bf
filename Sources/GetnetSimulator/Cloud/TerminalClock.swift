// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the terminals' clocks show.
struct TerminalClock: Sendable {
    private let startedAt: Date
    private let zone: TimeZone
    private let skew: Int
    private let skews: [String: Int]

    /// Creates the clocks of one simulator.
    ///
    /// - Parameters:
    ///   - configuration: their zone, and how wrong they are.
    ///   - startedAt: the moment zero.
    init(_ configuration: SimulatorConfiguration, startedAt: Date) {
        self.startedAt = startedAt
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
        let seconds = skews.isEmpty ? skew : skews[terminal] ?? skew
        return TerminalTime(date(moment).addingTimeInterval(TimeInterval(seconds)), in: zone)
    }
}
