// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What a store needs beside its engine to turn inputs into rows.
public struct StoreRules: Sendable {
    /// The accounts whose transactions it takes.
    public let accounts: Accounts
    /// The machine's times.
    public let transactionRules: TransactionRules
    /// Writes events.
    public let events: EventWriter
    /// Whether a second command may use a reference that is unfinished, in doubt or approved.
    public let allowRepeatedReference: Bool
    /// 128 random bits, for the names of events.
    public let random: @Sendable () -> UInt128

    /// Rules from their parts.
    public init(
        accounts: Accounts,
        transactionRules: TransactionRules,
        events: EventWriter,
        allowRepeatedReference: Bool,
        random: @escaping @Sendable () -> UInt128
    ) {
        self.accounts = accounts
        self.transactionRules = transactionRules
        self.events = events
        self.allowRepeatedReference = allowRepeatedReference
        self.random = random
    }
}
