// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import GRDB
import Logging
import Synchronization

/// Keeps what became of every transaction in a table, safely against duplicates, restarts and lost connections.
///
///     consumer-client database [finals]
///
/// AMQP_URL in the environment names the broker; after so many final events it ends, without a number never. An event
/// is acknowledged only after the commit of what was made of it. One that comes again changes nothing, and one that is
/// older than what is known changes nothing, unless it is final.
///
/// The rule: first the type of the command, then `final`, then `status`. Goods are handed over for an approved sale,
/// once, and not again when money of it is given back.
@main
struct Consumer {
    private static let queue = "shop.sales"
    private static let cannotGoOn: Int32 = 69
    private static let structured = "application/cloudevents+json"
    /// What was taken is acknowledged within this time, or comes again and is known then.
    private static let patience = Duration.seconds(10)

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count > 1 else {
            print("usage: consumer-client database [finals]")
            exit(EX_USAGE)
        }
        let finals = words.count > 2 ? Int(words[2]) ?? .max : .max
        let (ledger, endpoint) = open(words[1])
        let topology = AMQPTopology(
            queues: [.init(name: queue, arguments: ["x-queue-type": .string("quorum")])],
            bindings: [.init(queue: queue, exchange: "getnet.events", routingKey: "*.*.#")]
        )
        let faults = await topology.establish(.declare, at: endpoint)
        guard faults.isEmpty else {
            print("cannot subscribe: \(faults)")
            exit(cannotGoOn)
        }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let seen = Mutex(0)
        // It connects and subscribes again by itself. Where it cannot, this ends, and is started again from outside.
        let consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "consumer",
            consumption: AMQPConsumption(queue: queue, prefetch: 50),
            logger: Logger(label: "consumer"),
            onEvent: { event in
                guard case .consumer(.unavailable(let reason)) = event else { return }
                print("the queue \(queue) is gone: \(reason)")
                exit(cannotGoOn)
            },
            handler: { delivery in
                do {
                    if try await work(delivery, ledger) {
                        let count = seen.withLock {
                            $0 += 1; return $0
                        }
                        if count == finals { end.finish() }
                    }
                    return .acknowledge
                } catch {
                    // Not written down, so not acknowledged: it comes again after the next start.
                    print("cannot go on: \(error)")
                    exit(cannotGoOn)
                }
            }
        )
        await withTaskGroup { group in
            group.addTask { await consumer.run() }
            for await _ in ends {}
            _ = await consumer.drain(deadline: .now + patience)
            group.cancelAll()
        }
        let (goods, people) = try await (ledger.count("goods"), ledger.count("todo"))
        print("goods handed over: \(goods), for a person: \(people)")
    }

    /// The ledger in that file, and the broker that AMQP_URL names; it ends with a sentence where one of them cannot
    /// be.
    private static func open(_ path: String) -> (Ledger, AMQPEndpoint) {
        let url = ProcessInfo.processInfo.environment["AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672/"
        do {
            return (try Ledger(path: path), try AMQPEndpoint(url: url))
        } catch {
            print("cannot begin: \(error)")
            exit(cannotGoOn)
        }
    }

    /// Whether the event was a final one.
    private static func work(_ delivery: Delivery, _ ledger: Ledger) async throws -> Bool {
        guard delivery.properties.contentType == structured else { throw UnknownMode() }
        let event: Event
        do {
            event = try JSONDecoder().decode(Event.self, from: Data(delivery.body))
        } catch {
            // To hand it back would stop everything behind it. Whatever else goes wrong is no reason to acknowledge.
            try await ledger.keepUnreadable(Data(delivery.body))
            print("an event cannot be read:", error)
            fflush(nil)
            return false
        }
        let isNew = try await ledger.take(event, String(decoding: delivery.body, as: UTF8.self))
        print(event.type, event.data.commandId ?? "-", isNew ? "taken" : "known")
        fflush(nil)
        return event.data.final == true
    }
}

/// The bridge publishes in the other mode.
private struct UnknownMode: Error, CustomStringConvertible {
    let description = "this program reads application/cloudevents+json (events.mode: structured)"
}

/// What is read of an event.
private struct Event: Decodable {
    /// A member that is there, whatever it says.
    struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    struct Content: Decodable {
        let transactionId: String?
        let commandId: String?
        let type: String?
        let status: String?
        let final: Bool?
        let sequence: Int64?
        let account: String?
        let amount: Amount?
        let result: Result?
        let contradiction: Anything?
        let openContradictions: Anything?
        let amendments: Anything?

        /// Whether what was paid, without what was added at the terminal, is what was asked for: a person may have
        /// ended a doubt with the amount of another receipt.
        var isPaidInFull: Bool {
            guard let paid = result?.amount, let amount else { return true }
            return paid.value - (paid.tip ?? 0) - (paid.cashback ?? 0) >= amount.value
        }
    }

    struct Amount: Decodable {
        let value: Int64
        let tip: Int64?
        let cashback: Int64?
    }

    struct Result: Decodable {
        let amount: Amount?
    }

    let id: String
    let type: String
    let data: Content
}

/// What the shop knows: one commit for each event.
private struct Ledger {
    /// What brings goods to the customer.
    private static let sales = ["charge", "promo"]
    /// What brings money back.
    private static let returns = ["void", "refund"]
    private static let ends = ["approved", "declined", "not_completed", "failed", "completed"]

    private let database: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY);
                    CREATE TABLE IF NOT EXISTS sale (
                        transaction_id TEXT PRIMARY KEY, command_id TEXT NOT NULL, type TEXT NOT NULL,
                        sequence INTEGER NOT NULL, status TEXT NOT NULL, is_final INTEGER NOT NULL,
                        for_person INTEGER NOT NULL DEFAULT 0
                    );
                    CREATE TABLE IF NOT EXISTS goods (
                        transaction_id TEXT PRIMARY KEY, account TEXT NOT NULL, command_id TEXT NOT NULL,
                        UNIQUE (account, command_id)
                    );
                    CREATE TABLE IF NOT EXISTS todo (event_id TEXT PRIMARY KEY, what TEXT NOT NULL);
                    """
            )
        }
    }

    /// That it was seen, and what it means; false if it was seen before.
    func take(_ event: Event, _ body: String) async throws -> Bool {
        try await database.write { database in
            try database.execute(sql: "INSERT OR IGNORE INTO seen VALUES (?)", arguments: [event.id])
            guard database.changesCount == 1 else { return false }
            if try Self.mustBeLookedAt(event.data, database) {
                try database.execute(sql: "INSERT OR IGNORE INTO todo VALUES (?, ?)", arguments: [event.id, body])
            }
            return true
        }
    }

    /// Gives what cannot be read to a person, once.
    func keepUnreadable(_ body: Data) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO todo SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM todo WHERE what = ?)",
                arguments: ["unreadable-\(UUID().uuidString)", body, body]
            )
        }
    }

    /// Does what an event asks for; true if it is for a person.
    private static func mustBeLookedAt(_ data: Event.Content, _ database: Database) throws -> Bool {
        // Refused commands and callbacks without a transaction.
        guard let transaction = data.transactionId, let command = data.commandId, let type = data.type,
            let status = data.status, let isFinal = data.final, let sequence = data.sequence
        else { return true }
        // Two ends of one transaction, as after a restored backup: a person decides which one is right.
        let otherEnd = "SELECT 1 FROM sale WHERE transaction_id = ? AND is_final AND status <> ?"
        let isSecondEnd = try isFinal && Int.fetchOne(database, sql: otherEnd, arguments: [transaction, status]) != nil
        try database.execute(
            sql: """
                INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET
                    sequence = excluded.sequence, status = excluded.status, is_final = excluded.is_final
                WHERE excluded.is_final > sale.is_final
                    OR excluded.is_final = sale.is_final AND excluded.sequence > sale.sequence
                """,
            arguments: [transaction, command, type, sequence, status, isFinal]
        )
        let isNewer = database.changesCount == 1
        // Evidence against a final status: nothing is undone by a program.
        if data.contradiction != nil || data.openContradictions != nil { return true }
        // Money of a sale was given back: its status is as it was, and so is what was made of it.
        if data.amendments != nil { return false }
        // A final status counts whatever its sequence: it may come late, and a restored store begins its numbers again.
        guard isNewer || isFinal else { return false }
        // In doubt, money may have moved. Never charge again: the event that ends the doubt comes, or a person decides.
        if isFinal || status == "in_doubt" {
            try database.execute(
                sql: "UPDATE sale SET for_person = ? WHERE transaction_id = ?",
                arguments: [!isFinal, transaction]
            )
        }
        guard isFinal else { return false }
        if sales.contains(type), status == "approved" {
            guard data.isPaidInFull else { return true }
            // In the same commit, as a row that another part of the shop works off; the keys see to it that it is one,
            // for the transaction and for the command: after a restored backup a command may have a second transaction.
            try database.execute(
                sql: "INSERT OR IGNORE INTO goods VALUES (?, ?, ?)",
                arguments: [transaction, data.account ?? "-", command]
            )
            let handed = "SELECT 1 FROM goods WHERE transaction_id = ?"
            let isHandedOver = try Int.fetchOne(database, sql: handed, arguments: [transaction]) != nil
            return isSecondEnd || !isHandedOver
        }
        // Here the shop offers another attempt after a sale that is declined, not_completed or failed, and books what a
        // void or a refund brought back. Money that moved for a command that this program does not know may be a
        // sale's.
        let isUnknown = status == "approved" && !(sales + returns).contains(type)
        return isSecondEnd || isUnknown || !ends.contains(status)
    }

    func count(_ table: String) async throws -> Int {
        try await database.read { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
    }
}
