// SPDX-License-Identifier: Apache-2.0

/// Everything that will happen to one sale, as data.
///
/// The answer to its POST, the truth at the terminal, what the status query says at any moment, and the callbacks.
///
/// A plan is made once, when the POST is taken, and never changes; the server only plays it. All moments count from
/// the arrival of the POST.
public struct SalePlan: Equatable, Sendable {
    /// What the POST is answered with.
    public var reply: SaleReply
    /// Whether the answer to the POST waits until every callback has been answered.
    public var repliesAfterCallbacks = false
    /// What happens at the terminal; absent if the command never reached it.
    public var run: TerminalRun?
    /// What the status query says, and from when on; before the first step the sale is in process.
    public var status: [Step] = []
    /// The callbacks, in the order in which they become due.
    public var callbacks: [Step] = []
    /// How answers about this sale are spelled.
    public var dialect: Dialect
    /// The payment of another sale that its result repeats.
    var repeated: JournalRow?

    /// A report and the moment at which it becomes true or is sent.
    public struct Step: Equatable, Sendable {
        /// The moment, counted from the arrival of the POST.
        public let after: Duration
        /// What is said.
        public let report: Report

        /// Creates a step.
        ///
        /// - Parameters:
        ///   - after: the moment, counted from the arrival of the POST.
        ///   - report: what is said.
        public init(after: Duration, _ report: Report) {
            self.after = after
            self.report = report
        }
    }

    /// What the status query says about this sale at a moment.
    ///
    /// - Parameter elapsed: the time since the arrival of the POST.
    /// - Returns: the report of the latest step that has begun, or "in process".
    public func status(at elapsed: Duration) -> Report {
        status.last { $0.after <= elapsed }?.report ?? .message(.inProcess)
    }

    /// The same sale asked for without a webhook: the POST is held until there is something to say.
    ///
    /// - Parameter pace: durations of this simulator; a sale that never ends is given up after `pace.life`.
    /// - Returns: the moment of the answer and what it says.
    public func heldAnswer(pace: Pace) -> Step {
        status.first ?? Step(after: pace.life, .message(.timeout5Minutes))
    }
}

/// What really happens at the terminal.
public struct TerminalRun: Equatable, Sendable {
    /// When the terminal is done with it, counted from the arrival of the POST.
    public var finishesAfter: Duration
    /// How long the cloud lets no other command through to this terminal.
    public var occupiesFor: Duration
    /// The truth about the money.
    public var outcome: TerminalOutcome
    /// What each payment of it holds as a tip, in minor units.
    public var tip = 0
}

/// The truth about the money of one sale, which the reports may or may not tell.
public enum TerminalOutcome: Equatable, Sendable {
    /// One payment of the amount asked for plus `extra` minor units.
    case paid(extra: Int)
    /// Two payments of the amount asked for.
    case paidTwice
    /// No payment.
    case notPaid

    /// How many payments were taken.
    public var payments: Int {
        switch self {
        case .paid: 1
        case .paidTwice: 2
        case .notPaid: 0
        }
    }
}
