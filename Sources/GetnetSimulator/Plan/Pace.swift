// SPDX-License-Identifier: Apache-2.0

/// How long things take at the simulated cloud and its terminals, already scaled.
///
/// Units: every member is a wall-clock duration, i.e. the real-world figure × `scale`.
/// Source: docs/getnet.md 13.1 (90 s, 5 min); the others are choices of the simulator.
public struct Pace: Equatable, Sendable {
    /// The factor between the real world and this simulator: 1 is real, 0.001 makes 90 s into 90 ms.
    public let scale: Double
    /// How long a customer takes to pay.
    public private(set) var think: Duration
    /// When the cloud says `TIMEOUT (90 SECONDS)`; the terminal goes on.
    public let responseWindow: Duration
    /// When the cloud forgets about a sale that never ended, counted from its start.
    public let life: Duration
    /// When the customer of a timed-out sale pays at last.
    public let latePayment: Duration
    /// How much later than the result a late callback is sent.
    public let lateCallback: Duration
    /// The gap between two different callbacks of one sale.
    public let betweenCallbacks: Duration
    /// How long a terminal takes to read its journal, and for most commands that need no card.
    public let reading: Duration
    /// How long a terminal takes for what is hardly work: to say that it is there, to be told something.
    public let signal: Duration
    /// For how long a terminal that was lost cannot be reached.
    public let offline: Duration

    /// Creates the pace of one simulator.
    ///
    /// - Parameters:
    ///   - scale: real-world durations are multiplied by this.
    ///   - thinkTime: how long a customer takes to pay, before scaling.
    public init(scale: Double = 1, thinkTime: Duration = .seconds(3)) {
        precondition(scale >= 0 && scale.isFinite, "the time scale is a finite number that is not negative")
        precondition(thinkTime < .seconds(90), "a customer who thinks 90 s is the scenario of a time-out")
        self.scale = scale
        think = thinkTime * scale
        responseWindow = .seconds(90) * scale
        life = .seconds(300) * scale
        latePayment = .seconds(120) * scale
        lateCallback = .seconds(30) * scale
        betweenCallbacks = .seconds(2) * scale
        reading = .seconds(2) * scale
        signal = .milliseconds(500) * scale
        offline = .seconds(60) * scale
    }

    /// A duration of the real world, scaled.
    func scaled(_ duration: Duration) -> Duration { duration * scale }

    /// The same pace for a command that takes a terminal another time than a customer.
    func taking(_ duration: Duration) -> Pace {
        var pace = self
        pace.think = duration
        return pace
    }
}
