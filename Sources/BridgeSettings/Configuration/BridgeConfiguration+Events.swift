// SPDX-License-Identifier: Apache-2.0

extension BridgeConfiguration {
    /// Where events go and in which form.
    public struct Events: Sendable, Equatable {
        /// The two content modes of CloudEvents.
        public enum Mode: String, Sendable, Equatable, CaseIterable {
            /// The whole event is the body.
            case structured
            /// The body is the data, the attributes are headers.
            case binary
        }

        /// The topic exchange that events are published to.
        public var exchange = "getnet.events"
        /// The content mode.
        public var mode = Mode.structured
        /// The statuses that are published.
        public var statuses = Set(EventStatus.allCases)
        /// How long a publisher confirm may take.
        public var confirmTimeout: Duration = .seconds(30)
        /// What every CloudEvent type begins with.
        public var typePrefix = "io.getnet-bridge"

        /// Makes the defaults.
        public init() {}
    }

    /// What an event can say, as the word in its routing key.
    ///
    /// Source: docs/promises.md 1.5, 3.10.
    public enum EventStatus: String, Sendable, Equatable, Hashable, CaseIterable {
        case accepted, waiting, submitted
        case approved, declined
        case notCompleted = "not_completed"
        case failed, completed
        case inDoubt = "in_doubt"
        case contradicted, rejected, unmatched

        /// Whether an operator may switch it off: only steps on the way, never an outcome and never an alarm.
        public var isOptional: Bool {
            switch self {
            case .accepted, .waiting, .submitted: true
            case .approved, .declined, .notCompleted, .failed, .completed: false
            case .inDoubt, .contradicted, .rejected, .unmatched: false
            }
        }
    }
}
