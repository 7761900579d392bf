// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

extension BridgeConfiguration {
    /// A country in which Getnet offers the Cloud-to-Cloud service.
    public enum Country: String, Sendable, Equatable, CaseIterable {
        /// Chile.
        case cl
        /// Argentina.
        case ar
        /// Uruguay.
        case uy
    }

    /// How a branch number is written in a request.
    public enum BranchForm: String, Sendable, Equatable, CaseIterable {
        /// A JSON number, as in Chile.
        case number
        /// A string of ten digits, as in Argentina.
        case digits
    }

    /// Getnet's cloud and the one account that this bridge uses there.
    public struct Cloud: Sendable, Equatable {
        /// The address of the API without a slash at its end: `https://host/api`.
        public var baseURL: String
        /// The account's client id.
        public var clientID: String
        /// The account's client secret.
        public var clientSecret: Secret
        /// The account's API key, where Getnet handed one out.
        public var apiKey: Secret?
        /// Our name for the account, in routing keys, events and the store.
        public var account = "main"
        /// The country whose rules and currency hold.
        public var country: Country
        /// Getnet's name of the environment, as in its `env` header: `uat`.
        public var environment: String
        /// The time zone of the terminals, an IANA name; `nil` is the country's.
        public var timeZone: String?
        /// What amounts stand for on the wire; `nil` is what the country documents.
        public var amountUnit: AmountUnit?
        /// How the branch is written on the wire; `nil` is what the country documents.
        public var branchForm: BranchForm?
        /// How many connections may be open for sales; queries, journals and logins have pools of their own.
        public var maxConnections = 256
        /// How many commands may be on the wire at once whose answer takes as long as the terminal does.
        public var synchronousConnections = 64
        /// How long an unused connection is kept.
        public var idleTimeout: Duration = .seconds(30)
        /// How many status queries may leave in a second.
        public var queriesPerSecond = 20
        /// Texts of the cloud beside code 0 that an operator has seen, with what they mean.
        public var messages: [CloudLiteral] = []

        /// Makes the description of an account of what has no default.
        public init(baseURL: String, clientID: String, clientSecret: Secret, country: Country, environment: String) {
            self.baseURL = baseURL
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.country = country
            self.environment = environment
        }

        /// Whether a charge may move real money.
        ///
        /// It may, except in Getnet's test environment and at a simulator on this machine.
        public var movesRealMoney: Bool {
            let isHere = (try? URLText(baseURL)).map { URLText.isLoopback($0.host) } ?? false
            return environment != "uat" && !isHere
        }
    }
}
