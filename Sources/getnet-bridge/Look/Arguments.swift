// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import BridgeCore
public import BridgeLedger

extension TransactionStatus: ExpressibleByArgument {}

extension QuarantinedCallback.Cause: ExpressibleByArgument {}

extension Timestamp: ExpressibleByArgument {
    /// Reads an RFC 3339 instant.
    public init?(argument: String) {
        self.init(argument)
    }
}

extension TransactionID: ExpressibleByArgument {
    /// Reads the name of a transaction.
    public init?(argument: String) {
        self.init(argument)
    }
}
