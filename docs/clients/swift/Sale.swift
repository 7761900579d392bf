// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation

/// Charges a card on a terminal, or gives money of a sale back, and waits for the end.
///
///     sale-client charge idTerminal/idSucursal/serialNumber pesos reference [commandId sentAt]
///     sale-client refund idTerminal/idSucursal/serialNumber pesos reference commandIdOfTheSale [commandId sentAt]
///
/// AMQP_URL in the environment names the broker. Ends with 0 approved, 10 declined, 11 not completed, 12 failed
/// (certainly not started), 13 in doubt (do NOT repeat with another id), 14 rejected, 15 no end is known (repeat with
/// the same commandId and sentAt, never with another id), 64 wrong arguments, 69 nothing was sent.
@main
struct Sale {
    private static let exits = [
        "approved": 0, "completed": 0, "declined": 10, "not_completed": 11, "failed": 12, "in_doubt": 13,
    ]
    private static let rejected = 14
    private static let noEnd = 15
    private static let nothingSent = 69
    /// A terminal may take 315 seconds.
    private static let patience = Duration.seconds(360)

    static func main() async {
        guard let command = Command(CommandLine.arguments.dropFirst().map { $0 }) else {
            print("usage: sale-client charge idTerminal/idSucursal/serialNumber pesos reference [commandId sentAt]")
            print(
                "       sale-client refund idTerminal/idSucursal/serialNumber pesos reference commandIdOfTheSale [commandId sentAt]"
            )
            exit(EX_USAGE)
        }
        // Before anything is sent: a repetition needs both. Then it is the same command, and as old as it is.
        print("commandId", command.commandId, "sentAt", command.sentAt.formatted(.iso8601))
        fflush(nil)
        let (session, queue): (AMQPSession, String)
        do {
            let url = ProcessInfo.processInfo.environment["AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672/"
            session = try await AMQPSession.open(try AMQPEndpoint(url: url))
            queue = try await session.declareTemporaryQueue()
            try await session.consume(queue: queue, automaticAcknowledgement: true)
        } catch {
            print("nothing was sent: \(error)")
            exit(Int32(nothingSent))
        }
        do {
            let status = try await send(command, over: session, replyTo: queue)
            await session.close()
            exit(Int32(status))
        } catch {
            // The command may have left: no error means from here on that nothing happens.
            print("no end is known: \(error); repeat with the same commandId and sentAt")
            exit(Int32(noEnd))
        }
    }

    private static func send(_ command: Command, over session: AMQPSession, replyTo queue: String) async throws -> Int {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.timestamp = UInt64(command.sentAt.timeIntervalSince1970)
        properties.replyTo = queue
        properties.correlationID = command.commandId
        let message = AMQPMessage(
            exchange: "getnet.commands",
            routingKey: "\(command.type).main",
            mandatory: true,
            properties: properties,
            body: Array(try JSONEncoder().encode(command))
        )
        switch await session.publish(message) {
        case .confirmed: return try await follow(command.commandId, over: session)
        case .returned, .notConnected:
            print("nothing was sent: no bridge has a queue there, or the connection is gone")
            return nothingSent
        case .rejected, .unconfirmed:
            // It may have been lost, or not: only the same command is safe to send again.
            print("no end is known; repeat with the same commandId and sentAt")
            return noEnd
        }
    }

    /// First whether it is final, then its status.
    private static func follow(_ commandID: String, over session: AMQPSession) async throws -> Int {
        var status = noEnd
        let deadline = ContinuousClock.now + patience
        while let delivery = try await session.nextDelivery(timeout: ContinuousClock.now.duration(to: deadline)) {
            guard delivery.properties.correlationID == commandID else { continue }
            let event = try JSONDecoder().decode(Event.self, from: Data(delivery.body)).data
            if let faults = event.faults {
                print("rejected", faults.map { "\($0.path ?? "-") \($0.code)" }.joined(separator: ", "))
                return rejected
            }
            guard let word = event.status, let isFinal = event.final else { continue }
            print(word)
            if isFinal {
                let isContradicted = event.contradiction != nil || event.openContradictions != nil
                guard isContradicted else { return exits[word] ?? noEnd }
                print("CONTRADICTED: do NOT charge again, a person must look")
                return exits["in_doubt"] ?? noEnd
            }
            status = word == "in_doubt" ? exits[word] ?? noEnd : noEnd
        }
        return status
    }
}

/// A charge or a refund as it is written.
private struct Command: Encodable {
    struct Terminal: Encodable {
        let idTerminal: String
        let idSucursal: String
        let serialNumber: String
    }

    struct Amount: Encodable {
        let value: Int64
        let currency = "CLP"
    }

    struct Original: Encodable {
        let commandId: String
    }

    let commandId: String
    let type: String
    let terminal: Terminal
    let amount: Amount
    let reference: String
    /// Of a refund: the sale.
    let original: Original?
    /// When it was sent first; a property of the message, not of its body.
    let sentAt: Date

    private enum CodingKeys: CodingKey {
        case commandId, type, terminal, amount, reference, original
    }

    init?(_ words: [String]) {
        let required = words.first == "refund" ? 5 : 4
        guard ["charge", "refund"].contains(words.first), words.count >= required else { return nil }
        let parts = words[1].split(separator: "/").map(String.init)
        guard parts.count == 3, let value = Int64(words[2]) else { return nil }
        type = words[0]
        terminal = Terminal(idTerminal: parts[0], idSucursal: parts[1], serialNumber: parts[2])
        amount = Amount(value: value)
        reference = words[3]
        original = type == "refund" ? Original(commandId: words[4]) : nil
        commandId = words.count > required ? words[required] : UUID().uuidString
        guard words.count > required + 1 else {
            sentAt = Date()
            return
        }
        // A command must not look younger than it is.
        guard let first = try? Date(words[required + 1], strategy: .iso8601), first <= Date() else { return nil }
        sentAt = first
    }
}

/// What is read of an event; a refused command has faults and no status.
private struct Event: Decodable {
    struct Fault: Decodable {
        let path: String?
        let code: String
    }

    struct Content: Decodable {
        let faults: [Fault]?
        let status: String?
        let final: Bool?
        /// What speaks against a final status.
        let contradiction: Contradiction?
        /// How many of them are open, where the event is about something else.
        let openContradictions: Int?
    }

    struct Contradiction: Decodable {
        let code: String
    }

    let data: Content
}
