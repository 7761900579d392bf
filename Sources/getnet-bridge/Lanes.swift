// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore

/// The lanes of terminals: who holds each, until when, and who waits.
struct LaneVerbs: VerbGroup {
    static let configuration = CommandConfiguration(
        commandName: "lanes",
        abstract: "Look at what holds terminals and what waits for them, whether a bridge runs or not.",
        subcommands: [List.self]
    )

    /// Lists the lanes in which something stands.
    struct List: ConfiguredVerb {
        static let configuration = CommandConfiguration(
            abstract: "List held terminals: what holds each one, until when at the latest, and how many commands wait."
        )

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "For machines.")
        var json = false

        func run(_ invocation: Invocation) async throws -> ExitStatus {
            let configuration = try options.load(for: .store, invocation)
            let inspection = try configuration.storeAdministration().inspect()
            let lanes = Lane.all(of: try await inspection.inLanes())
            let rules = configuration.transactionRules
            if json {
                try invocation.console.print(lanes.document(rules))
            } else {
                try invocation.console.print(lanes.table(rules))
            }
            return .done
        }
    }
}

/// What stands in the lane of one terminal.
struct Lane {
    /// It holds the terminal.
    let holder: Transaction
    /// Who waits behind it, oldest first.
    let waiting: [Transaction]

    /// Parts what stands in lanes, each lane's in its order.
    static func all(of transactions: [Transaction]) -> [Lane] {
        var lanes: [[Transaction]] = []
        for transaction in transactions {
            if let last = lanes.last?.first, last.isInSameLane(as: transaction) {
                lanes[lanes.count - 1].append(transaction)
            } else {
                lanes.append([transaction])
            }
        }
        return lanes.map { Lane(holder: $0[0], waiting: Array($0.dropFirst())) }
    }
}

extension Lane {
    /// What a waiting transaction waits for; `nil` if it holds the terminal, or does not stand in the lane.
    func sentence(about transaction: Transaction, _ rules: TransactionRules) -> String? {
        guard let ahead = waiting.firstIndex(where: { $0.id == transaction.id }) else { return nil }
        let since = holder.heldSince.description
        let until = holder.heldUntil(rules).description
        let others = ahead == 0 ? "" : " \(ahead) more \(ahead == 1 ? "waits" : "wait") before it."
        return
            "The terminal is held by \(holder.id) (\(holder.status.rawValue)) since \(since), until \(until) at the latest.\(others)"
    }
}

extension [Lane] {
    /// One line for each.
    func table(_ rules: TransactionRules) -> String {
        guard !isEmpty else { return "no terminal is held" }
        var table = Table(
            "TERMINAL",
            "ACCOUNT",
            "HELD BY",
            "STATUS",
            "SINCE",
            "AT THE LATEST UNTIL",
            "WAITING",
            "OLDEST"
        )
        for lane in self {
            let (holder, content) = (lane.holder, lane.holder.command.content)
            table.add(
                content.terminal.idTerminal,
                content.account,
                holder.id.description,
                holder.state.isFinal ? "ended (\(holder.status.rawValue))" : holder.status.rawValue,
                holder.heldSince.description,
                holder.heldUntil(rules).description,
                "\(lane.waiting.count)",
                lane.waiting.first?.acceptedAt.description ?? "-"
            )
        }
        return table.text
    }
}

extension [Lane] {
    /// The same for machines: `{"lanes": [{"terminal", "account", "heldBy", "waiting": [...]}]}`.
    func document(_ rules: TransactionRules) -> [UInt8] {
        var writer = JSONWriter(reserving: 512 * (count + 1))
        writer.object { page in
            page.array("lanes") { list in
                for lane in self {
                    list.object { entry in
                        entry.member("terminal", lane.holder.command.content.terminal.idTerminal)
                        entry.member("account", lane.holder.command.content.account)
                        entry.object("heldBy") { holder in
                            holder.writeNames(of: lane.holder)
                            holder.member("since", lane.holder.heldSince.description)
                            holder.member("until", lane.holder.heldUntil(rules).description)
                        }
                        entry.array("waiting") { waiting in
                            for transaction in lane.waiting {
                                waiting.object { one in
                                    one.writeNames(of: transaction)
                                    one.member("acceptedAt", transaction.acceptedAt.description)
                                }
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func writeNames(of transaction: Transaction) {
        member("transactionId", transaction.id.description)
        member("commandId", transaction.command.commandID)
        member("status", transaction.status.rawValue)
    }
}

extension Transaction {
    /// Since when it holds its terminal.
    fileprivate var heldSince: Timestamp { posting.startedAt ?? acceptedAt }

    fileprivate func isInSameLane(as other: Transaction) -> Bool {
        command.content.account == other.command.content.account
            && command.content.terminal.idTerminal == other.command.content.terminal.idTerminal
    }

    /// When it lets its terminal go at the latest: when its POST can have no more effects, or when it expires unsent.
    fileprivate func heldUntil(_ rules: TransactionRules) -> Timestamp {
        guard state != .accepted, let posted = postingPeriod else { return command.expiresAt }
        return posted.upperBound + rules.terminalLife
    }
}
