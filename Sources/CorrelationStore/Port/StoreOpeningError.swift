// SPDX-License-Identifier: Apache-2.0

/// Why a store cannot be opened, made or migrated: one sentence, and what to do.
public enum StoreOpeningError: Error, Sendable, Equatable {
    /// There is no file.
    case missing(place: String)
    /// The file holds nothing, or a database without any table.
    case empty(place: String)
    /// Something is there already.
    case exists(place: String)
    /// The file is something else.
    case notAStore(place: String)
    /// The schema is older than the program.
    case notMigrated(place: String, schema: Int, newest: Int)
    /// The schema is newer than the program.
    case tooNew(place: String, schema: Int, newest: Int)
    /// The store holds another account's transactions.
    case otherAccount(place: String, found: StoreOwner, expected: StoreOwner)
    /// The store does not know one of several accounts yet.
    case accountNotAdmitted(place: String, account: String)
    /// The store does not know an account, but one of its country and environment that is not configured any more.
    case accountRenamed(place: String, account: String, former: String)
    /// An account is not configured any more, and not all of its transactions have ended.
    case accountMissing(place: String, account: String, unfinished: Int)
    /// Another process has it.
    case locked(place: String, holder: Int32?)
    /// The file has further names (hard links).
    case severalNames(place: String, count: Int)
    /// The directory is not there.
    case directoryMissing(place: String)
    /// The file or its directory cannot be written.
    case notWritable(place: String, why: String)
    /// The engine refused, in its own words.
    case engine(place: String, why: String)

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
        case .missing(let place): "there is no store at \(place). \(Self.whatToDo)"
        case .empty(let place): "\(place) holds nothing. \(Self.whatToDo)"
        case .exists(let place): "\(place) exists already and is left as it is"
        case .notAStore(let place): "\(place) is not a store of getnet-bridge"
        case .notMigrated(let place, let schema, let newest):
            "the store \(place) has schema \(schema), this program needs \(newest)"
        case .tooNew(let place, let schema, let newest):
            "the store \(place) has schema \(schema), this program knows \(newest) at most: use a newer program"
        case .otherAccount(let place, let found, let expected):
            "the store \(place) belongs to \(found), this bridge is configured for \(expected)"
        case .accountNotAdmitted(let place, let account):
            "the store \(place) does not know the account \(account). If another store served it, start with that store: from here its "
                + "commands would be charged again. Only an account that no store has served is admitted: store admit "
                + "(docs/operations.md)"
        case .accountRenamed(let place, let account, let former):
            "the store \(place) does not know the account \(account), and \(former) is not configured any more; if it is the same "
                + "account, keep its name, because under another one every repeated command and refund would be made twice. An account "
                + "that is another one, and that no store has served, is admitted with store admit --another (docs/operations.md)"
        case .accountMissing(let place, let account, let unfinished):
            "the store \(place) holds \(unfinished) unfinished transactions of the account \(account), which is not "
                + "configured"
        case .locked(let place, let holder):
            "another process\(holder.map { " (pid \($0))" } ?? "") has the store \(place) open"
        case .severalNames(let place, let count):
            "the store \(place) has \(count) names (hard links), and SQLite would keep a log for each; leave it one name"
        case .directoryMissing(let place): "the directory \(place) does not exist"
        case .notWritable(let place, let why): "\(place) cannot be written: \(why)"
        case .engine(let place, let why): "the store \(place) cannot be opened: \(why)"
        }
    }
}
