// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import Foundation
internal import NIOConcurrencyHelpers

/// What was sent, and what was told of it.
final class PacedLedger: Sendable {
    /// The names of this run's charges begin so.
    let run = String(UInt32.random(in: .min ... .max), radix: 36)

    private let charges = NIOLockedValueBox<[Charge]>([])

    private struct Charge: Encodable, Sendable {
        let reference: String
        let sentAt: Double
        var told: [Told] = []

        var hasEnd: Bool { told.contains(where: \.isEnd) }
    }

    /// An event, as its receiver saw it.
    private struct Told: Encodable, Sendable {
        static let ends: Set<String> = ["approved", "declined", "not_completed", "failed", "rejected"]

        let id: String
        let status: String
        let reason: String?
        let at: Double

        var isEnd: Bool { Self.ends.contains(status) }
    }

    /// The members of an event that are looked at.
    private struct Event: Decodable {
        struct Body: Decodable {
            struct Reason: Decodable { let code: String }
            let reason: Reason?
        }
        let id: String
        let data: Body
    }

    /// Notes that a charge leaves now.
    ///
    /// - Parameter number: its number, one more than the last one's.
    func send(_ number: Int) {
        let charge = Charge(reference: "\(run)-\(number)".uppercased(), sentAt: Date().timeIntervalSince1970)
        charges.withLockedValue { $0.append(charge) }
    }

    /// Notes an event, if it is about a charge of this run.
    func note(_ delivery: Delivery) {
        let now = Date().timeIntervalSince1970
        let words = delivery.properties.correlationID?.split(separator: "-") ?? []
        guard words.count == 2, words[0] == run, let number = Int(words[1]),
            let status = delivery.properties.type?.split(separator: ".").dropLast().last,
            let event = try? JSONDecoder().decode(Event.self, from: Data(delivery.body))
        else { return }
        let told = Told(id: event.id, status: String(status), reason: event.data.reason?.code, at: now)
        charges.withLockedValue { charges in
            guard charges.indices.contains(number) else { return }
            charges[number].told.append(told)
        }
    }

    /// Whether every charge has ended.
    var hasEveryEnd: Bool { charges.withLockedValue { $0.allSatisfy(\.hasEnd) } }

    /// A line of JSON for each charge.
    func text() throws -> String {
        let encoder = JSONEncoder()
        let charges = charges.withLockedValue { $0 }
        return try charges.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }
}
