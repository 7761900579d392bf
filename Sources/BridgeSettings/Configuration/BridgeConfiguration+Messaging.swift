// SPDX-License-Identifier: Apache-2.0

extension BridgeConfiguration {
    /// What is done about missing exchanges and queues.
    public struct Topology: Sendable, Equatable {
        /// The three ways to treat the topology.
        public enum Mode: String, Sendable, Equatable, CaseIterable {
            /// Looks first, creates what is missing, never touches what exists.
            case declare
            /// Looks only.
            case verify
            /// Looks at nothing.
            case none
        }

        /// What is done about missing exchanges and queues.
        public var mode = Mode.declare

        /// Makes the defaults.
        public init() {}
    }

    /// Where commands come from and which are taken.
    public struct Commands: Sendable, Equatable {
        /// The topic exchange that callers publish to.
        public var exchange = "getnet.commands"
        /// The queue that the bridge consumes.
        public var queue = "getnet-bridge.commands"
        /// The binding keys between the two.
        public var bindings = ["#"]
        /// How many unacknowledged deliveries the broker may send ahead.
        public var prefetch = 100
        /// The longest body that is a command, in bytes.
        public var maxBytes = 256 * 1024
        /// How long a command without `expiresAt` is good for.
        public var maxAge: Duration = .seconds(120)
        /// Whether a command that moves money must say when it was sent or when it ends.
        public var requireTimestamp = true
        /// Whether another command may carry the reference of an unfinished or paid one.
        public var allowRepeatedReference = false

        /// Makes the defaults.
        public init() {}
    }

    /// Where refused messages go.
    public struct DeadLetters: Sendable, Equatable {
        /// The topic exchange of refused messages.
        public var exchange = "getnet.dead-letters"
        /// The queue behind it.
        public var queue = "getnet-bridge.dead-letters"

        /// Makes the defaults.
        public init() {}
    }

    /// Where questions to the bridge itself come from; its names are fixed (docs/promises.md 1.1) and have no keys.
    public struct Control: Sendable, Equatable {
        /// The topic exchange of control messages.
        public let exchange = "getnet.control"
        /// The queue behind it.
        public let queue = "getnet-bridge.control"

        /// Makes the fixed names.
        public init() {}
    }

    /// When unsent events hold back new commands.
    public struct Outbox: Sendable, Equatable {
        /// The age of the oldest unsent event from which on no command is taken.
        public var holdCommandsAfter: Duration = .seconds(10)

        /// Makes the defaults.
        public init() {}
    }
}
