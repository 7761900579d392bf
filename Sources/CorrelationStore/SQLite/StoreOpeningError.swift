// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Why a store cannot be opened, made or migrated: one sentence, and what to do.
public enum StoreOpeningError: Error, Sendable, Equatable {
    /// There is no file.
    case missing(path: String)
    /// The file holds nothing, or a database without any table.
    case empty(path: String)
    /// Something is there already.
    case exists(path: String)
    /// The file is something else.
    case notAStore(path: String)
    /// The schema is older than the program.
    case notMigrated(path: String, schema: Int, newest: Int)
    /// The schema is newer than the program.
    case tooNew(path: String, schema: Int, newest: Int)
    /// The store holds another account's transactions.
    case otherAccount(path: String, found: StoreOwner, expected: StoreOwner)
    /// The store does not know one of several accounts yet.
    case accountNotAdmitted(path: String, account: String)
    /// The store does not know an account, but one of its country and environment that is not configured any more.
    case accountRenamed(path: String, account: String, former: String)
    /// An account is not configured any more, and not all of its transactions have ended.
    case accountMissing(path: String, account: String, unfinished: Int)
    /// Another process has it.
    case locked(path: String, holder: Int32?)
    /// The file has further names (hard links).
    case severalNames(path: String, count: Int)
    /// The directory is not there.
    case directoryMissing(path: String)
    /// The file or its directory cannot be written.
    case notWritable(path: String, why: String)
    /// The engine refused, in its own words.
    case engine(path: String, why: String)

    /// The line to run, where one helps.
    public var remedy: String? {
        switch self {
        case .notMigrated: "getnet-bridge store migrate"
        // A line to copy could cause the double charge, if a store was lost or another one has the account.
        case .missing, .empty, .accountNotAdmitted: nil
        case .exists, .notAStore, .tooNew, .otherAccount, .accountRenamed, .accountMissing, .locked, .severalNames,
            .directoryMissing,
            .notWritable,
            .engine:
            nil
        }
    }
}

extension StoreOpeningError: CustomStringConvertible {
    private static let whatToDo = """
        If a bridge has run here before, its store is lost: put the newest copy in its place and start with --hold-commands \
        (docs/operations.md, Recovery from a backup), since with a new store every command that comes again is charged again. \
        Only a bridge that has never run makes a new one: store init (README, Run it)
        """

    /// One sentence for a person, with the line to run.
    public var description: String {
        let sentence = sentence
        return remedy.map { "\(sentence); run: \($0)" } ?? sentence
    }

    private var sentence: String {
        switch self {
        case .missing(let path): "there is no store at \(path). \(Self.whatToDo)"
        case .empty(let path): "\(path) holds nothing. \(Self.whatToDo)"
        case .exists(let path): "\(path) exists already and is left as it is"
        case .notAStore(let path): "\(path) is not a store of getnet-bridge"
        case .notMigrated(let path, let schema, let newest):
            "the store \(path) has schema \(schema), this program needs \(newest)"
        case .tooNew(let path, let schema, let newest):
            "the store \(path) has schema \(schema), this program knows \(newest) at most: use a newer program"
        case .otherAccount(let path, let found, let expected):
            "the store \(path) belongs to \(found), this bridge is configured for \(expected)"
        case .accountNotAdmitted(let path, let account):
            "the store \(path) does not know the account \(account). If another store served it, start with that store: from here its "
                + "commands would be charged again. Only an account that no store has served is admitted: store admit "
                + "(docs/operations.md)"
        case .accountRenamed(let path, let account, let former):
            "the store \(path) does not know the account \(account), and \(former) is not configured any more; if it is the same "
                + "account, keep its name, because under another one every repeated command and refund would be made twice. An account "
                + "that is another one, and that no store has served, is admitted with store admit --another (docs/operations.md)"
        case .accountMissing(let path, let account, let unfinished):
            "the store \(path) holds \(unfinished) unfinished transactions of the account \(account), which is not "
                + "configured"
        case .locked(let path, let holder):
            "another process\(holder.map { " (pid \($0))" } ?? "") has the store \(path) open"
        case .severalNames(let path, let count):
            "the store \(path) has \(count) names (hard links), and SQLite would keep a log for each; leave it one name"
        case .directoryMissing(let path): "the directory \(path) does not exist"
        case .notWritable(let path, let why): "\(path) cannot be written: \(why)"
        case .engine(let path, let why): "the store \(path) cannot be opened: \(why)"
        }
    }
}

/// An account whose transactions a store holds.
///
/// Source: docs/promises.md 7.3.
public struct StoreOwner: Sendable, Equatable, CustomStringConvertible {
    /// The account's name.
    public let account: String
    /// ISO country in lower case.
    public let country: String
    /// Getnet's environment.
    public let environment: String

    /// An owner from its parts.
    public init(account: String, country: String, environment: String) {
        self.account = account
        self.country = country
        self.environment = environment
    }

    /// The owner of an account's store.
    public init(_ account: Account) {
        self.init(account: account.name, country: account.profile.code, environment: account.environment)
    }

    /// Account, country and environment as in an event's source, `main/cl/uat`.
    public var description: String { "\(account)/\(country)/\(environment)" }
}
