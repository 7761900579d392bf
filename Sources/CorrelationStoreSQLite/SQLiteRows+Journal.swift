// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
internal import BridgeLedger
internal import CorrelationStore

/// What a reading of a terminal's journal is held against; rare, so its statements are compiled when they are needed.
extension SQLiteRows {
    package func undecided(at terminal: String, account: String) throws -> [Transaction] {
        try occasional(Text.selectUndecided).all({ $0.add(account, terminal) }, TransactionColumns.read)
    }

    package func approved(
        at terminal: String,
        account: String,
        postedFrom start: Timestamp,
        to end: Timestamp
    ) throws -> [Transaction] {
        // A name begins with the instant of acceptance, and a POST follows within the longest life of a command.
        let oldest = TransactionID(at: start - CommandReader.longestLife - Self.nameTolerance, random: 0)
        return try occasional(Text.selectApproved).all(
            {
                $0.add(account, terminal)
                $0.add(oldest.description)
                $0.add(start)
                $0.add(end)
            },
            TransactionColumns.read
        )
    }

    package func contradicted(
        at terminal: String,
        account: String,
        acceptedFrom start: Timestamp
    ) throws -> [Transaction] {
        let oldest = TransactionID(at: start - Self.nameTolerance, random: 0)
        return try selectContradicted.all(
            {
                $0.add(account, oldest.description)
                $0.add(terminal)
            },
            TransactionColumns.read
        )
    }

    package func isReferenceReused(_ transaction: Transaction) throws -> Bool {
        guard let reference = transaction.command.content.reference else { return false }
        let found = try occasional(Text.selectReused).first(
            {
                $0.add(transaction.command.content.account, reference)
                $0.add(transaction.id.description)
            },
            { $0.integer() }
        )
        return found != nil
    }

    package func hasYoungerPost(than transaction: Transaction) throws -> Bool {
        let content = transaction.command.content
        let found = try occasional(Text.selectYoungerPost).first(
            {
                $0.add(content.account, content.terminal.idTerminal)
                // What has a greater place was named later, by a clock that may be behind.
                $0.add(TransactionID(at: transaction.acceptedAt - Self.nameTolerance, random: 0).description)
                $0.add(transaction.place)
            },
            { $0.integer() }
        )
        return found != nil
    }

    /// By how much the instant in a name may differ from that of the commit: clocks are set, and two bridges have two.
    ///
    /// An index is searched by names only with so much room. Names never decide an order (decision 0016).
    static let nameTolerance = Duration.seconds(86_400)
}

extension StatementParameters {
    /// Binds an account and what is looked up within it.
    mutating func add(_ account: String, _ terminal: String) {
        add(account)
        add(terminal)
    }
}
