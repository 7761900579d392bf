// SPDX-License-Identifier: Apache-2.0

/// Names for terminals, so that callers need not know the triplets.
///
/// Source: docs/promises.md 2.7.
public struct TerminalRegistry: Sendable, Equatable {
    /// So many terminals may have a name.
    public static let limit = 100_000
    /// A name has at most so many characters.
    public static let longestAlias = 64

    private var terminals: [String: Terminal] = [:]
    /// The account whose terminal a name stands for, where the file says it.
    private var accounts: [String: String] = [:]
    /// The terminals that are entered for an account, by their `idTerminal`.
    private var entries: [String: [Entry]] = [:]

    private struct Entry: Equatable {
        let terminal: Terminal
        let account: String
    }

    /// A registry without a name.
    public init() {}

    /// How many terminals have a name.
    public var count: Int { terminals.count }

    /// The names, in alphabetical order.
    public var aliases: [String] { terminals.keys.sorted() }

    /// The same registry with an account's terminal under the alias that it had, where that is free.
    public func remembering(_ terminal: Terminal, account: String) -> TerminalRegistry {
        guard let alias = terminal.alias, terminals[alias] == nil else { return self }
        var copy = self
        copy.terminals[alias] = terminal
        copy.accounts[alias] = account
        return copy
    }

    /// The terminal of a name.
    public func terminal(named alias: String) -> Terminal? { terminals[alias] }

    /// The account that a name belongs to; `nil` where the file does not say.
    public func account(ofAlias alias: String) -> String? { accounts[alias] }

    /// The accounts that a terminal belongs to, as far as names say.
    ///
    /// By a name the terminal is the account's of that name; by its triplet it is that of every name for this triplet.
    public func owners(of terminal: Terminal) -> Set<String> {
        if let owner = terminal.alias.flatMap({ accounts[$0] }) { return [owner] }
        return Set((entries[terminal.idTerminal] ?? []).filter { $0.terminal.isSame(as: terminal) }.map(\.account))
    }

    /// Enters a terminal under a name, from `idTerminal/idSucursal/serialNumber`.
    ///
    /// Where a bridge has several accounts, `/account` follows.
    ///
    /// - Throws: `Fault` for a name or a triplet that is none, a name that is taken, or too many of them.
    public mutating func enter(_ triplet: String, as alias: String) throws(Fault) {
        let isWord =
            (1...Self.longestAlias).contains(alias.utf8.count)
            && alias.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0.asciiLowercased) || "._-".utf8.contains($0)
            }
        guard isWord else { throw Fault("a name has 1 to \(Self.longestAlias) letters or digits or any of ._-") }
        guard terminals[alias] == nil else { throw Fault("the name is given twice") }
        guard terminals.count < Self.limit else { throw Fault("more than \(Self.limit) names") }
        let parts = triplet.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let terminal =
            parts.count == 3 || parts.count == 4
            ? Terminal(idTerminal: parts[0], idSucursal: parts[1], serialNumber: parts[2], alias: alias) : nil
        guard let terminal, parts.count == 3 || !parts[3].isEmpty else {
            throw Fault("idTerminal/idSucursal/serialNumber is expected, or that and /account")
        }
        terminals[alias] = terminal
        guard parts.count == 4 else { return }
        accounts[alias] = parts[3]
        entries[terminal.idTerminal, default: []].append(Entry(terminal: terminal, account: parts[3]))
    }

    /// Why an entry is not taken, in words that quote nothing of it.
    public struct Fault: Error, Equatable {
        /// One sentence for a person.
        public let message: String

        init(_ message: String) { self.message = message }
    }
}
