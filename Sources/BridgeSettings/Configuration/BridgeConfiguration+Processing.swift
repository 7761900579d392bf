// SPDX-License-Identifier: Apache-2.0

public import Logging

extension BridgeConfiguration {
    /// How much may wait in front of the terminals.
    public struct Lanes: Sendable, Equatable {
        /// How many commands may wait for one terminal.
        public var depth = 20
        /// How many commands may wait for all terminals together.
        public var backlog = 100_000

        /// Makes the defaults.
        public init() {}
    }

    /// How terminals are called.
    public struct Terminals: Sendable, Equatable {
        /// A file with a name for each terminal.
        public var file: String?

        /// Makes the defaults.
        public init() {}
    }

    /// Where the correlation table is.
    public struct Store: Sendable, Equatable {
        /// The address of the store.
        public var url: StoreURL
        /// Whether `serve` may make a store that is missing.
        public var create = false

        /// Makes a store that must exist already.
        public init(url: StoreURL) {
            self.url = url
        }
    }

    /// How a command is handed to Getnet.
    public struct Submit: Sendable, Equatable {
        /// How long the acknowledgement of a command may take.
        public var timeout: Duration = .seconds(30)
        /// When a command is tried again that met a busy terminal.
        public var busyRetryAfter: Duration = .seconds(15)

        /// Makes the defaults.
        public init() {}
    }

    /// Until when a sale may be voided.
    public struct Voids: Sendable, Equatable {
        /// An older sale is refunded instead.
        public var maxAge: Duration = .seconds(24 * 60 * 60)

        /// Makes the defaults.
        public init() {}
    }

    /// When a missing result is asked for.
    public struct Reconcile: Sendable, Equatable {
        /// How long a callback is waited for before the first status query.
        public var firstQueryAfter: Duration = .seconds(15)
        /// The time between two status queries of one transaction.
        public var interval: Duration = .seconds(5)
        /// How long a POST may still have effects at the terminal.
        public var terminalLife: Duration = .seconds(315)
        /// When a person must decide.
        public var giveUpAfter: Duration = .seconds(24 * 60 * 60)

        /// Makes the defaults.
        public init() {}
    }

    /// How far the terminals' journals are believed.
    public struct Journal: Sendable, Equatable {
        /// How far a terminal's clock may be off.
        public var clockTolerance: Duration = .seconds(120)
        /// Whether a payment that the journal does not list did not happen.
        public var absenceIsFinal = false

        /// Makes the defaults.
        public init() {}
    }

    /// What is written to the log, and how.
    public struct Log: Sendable, Equatable {
        /// The form of a log line.
        public enum Format: String, Sendable, Equatable, CaseIterable {
            /// `text` on a terminal, `json` otherwise.
            case auto
            /// Lines for people.
            case text
            /// Lines for machines.
            case json
        }

        /// The least severe level that is written.
        public var level = Logger.Level.info
        /// The form of a log line.
        public var format = Format.auto

        /// Makes the defaults.
        public init() {}
    }

    /// Where secrets lie as files.
    public struct Secrets: Sendable, Equatable {
        /// A directory with one file per secret, each named like its key.
        public var directory: String?

        /// Makes the defaults.
        public init() {}
    }
}
