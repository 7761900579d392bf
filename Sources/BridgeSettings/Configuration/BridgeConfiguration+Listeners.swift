// SPDX-License-Identifier: Apache-2.0

extension BridgeConfiguration {
    /// The listener for Getnet's callbacks.
    public struct HTTP: Sendable, Equatable {
        /// The address that is listened on.
        public var host = "0.0.0.0"
        /// The port that is listened on; 0 takes any free one.
        public var port = 8080
        /// How Getnet reaches the listener, without a slash at its end; may have a path.
        public var publicURL: String

        /// Makes a listener that Getnet reaches at `publicURL`.
        public init(publicURL: String) {
            self.publicURL = publicURL
        }
    }

    /// How a callback is believed.
    public struct Callbacks: Sendable, Equatable {
        /// What a callback with a valid token is worth.
        public enum Trust: String, Sendable, Equatable, CaseIterable {
            /// The token is proof enough.
            case token
            /// The verdict waits for a status query that agrees.
            case tokenAndQuery = "token+query"
        }

        /// The keys of the callback tokens, the first one signs; empty: those of `keyFile`.
        public var keys: [CallbackKeySetting] = []
        /// The file that keeps the generated keys when `keys` is empty.
        public var keyFile = ""
        /// The longest body that is read, in bytes.
        public var maxBytes = 256 * 1024
        /// The networks that callbacks may come from; empty: all.
        public var allowedSources: [CIDR] = []
        /// What a callback with a valid token is worth.
        public var trust = Trust.token

        /// Makes the defaults.
        public init() {}
    }

    /// The port of probes and metrics; it tells nothing about single transactions.
    public struct Health: Sendable, Equatable {
        /// The address that is listened on.
        public var host = "0.0.0.0"
        /// The port that is listened on; 0 takes any free one.
        public var port = 8081

        /// Makes the defaults.
        public init() {}
    }

    /// The port of single transactions.
    public struct Admin: Sendable, Equatable {
        /// The address that is listened on.
        public var host = "127.0.0.1"
        /// The port that is listened on; 0 takes any free one.
        public var port = 8082
        /// The bearer token; without one the port answers 403.
        public var token: Secret?

        /// Makes the defaults.
        public init() {}
    }

    /// How long a stop may take.
    public struct Shutdown: Sendable, Equatable {
        /// How long the listener goes on after `/readyz` turned 503.
        public var delay: Duration = .seconds(10)
        /// How long draining may take, counted from the end of `delay`.
        public var timeout: Duration = .seconds(45)

        /// Makes the defaults.
        public init() {}
    }
}
