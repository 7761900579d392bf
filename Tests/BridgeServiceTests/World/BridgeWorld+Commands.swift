// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import CorrelationStore
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService

#if canImport(Glibc)
    import Glibc
#endif

/// A charge as a caller writes it.
struct ChargeCommand: Sendable {
    var commandID = UUID().uuidString.lowercased()
    var terminal = "80005000"
    var amount: Int64 = 15_000
    var reference = "R" + UUID().uuidString.prefix(18).filter { $0 != "-" }
    /// Further members of the object, as JSON text.
    var more = ""

    var json: [UInt8] {
        Array(
            """
            {"commandId":"\(commandID)","type":"charge",\
            "terminal":{"idTerminal":"\(terminal)","idSucursal":"12983","serialNumber":"SNPRUEBA1234"},\
            "amount":{"value":\(amount),"currency":"CLP"},"reference":"\(reference)"\(more.isEmpty ? "" : ",\(more)")}
            """.utf8
        )
    }
}

/// Whoever can publish commands.
protocol CommandSending: Sendable {
    var publisher: AMQPPublisher { get }
    var configuration: BridgeConfiguration { get }
}

extension CommandSending {
    /// Publishes a charge and waits for the broker's confirm.
    func send(_ command: ChargeCommand, _ properties: (inout AMQPProperties) -> Void = { _ in }) async throws {
        try await send(command.json, properties)
    }

    /// Publishes any body as a command.
    func send(
        _ body: [UInt8],
        routingKey: String = "charge.main",
        by publisher: AMQPPublisher? = nil,
        _ change: (inout AMQPProperties) -> Void = { _ in }
    ) async throws {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        properties.messageID = UUID().uuidString
        change(&properties)
        let message = AMQPMessage(
            exchange: configuration.commands.exchange,
            routingKey: routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
        let sender = publisher ?? self.publisher
        try await eventually("the command is confirmed", within: BridgeWorld.patience) {
            await sender.publish(message) == .confirmed
        }
    }
}

extension BridgeWorld {
    /// A terminal that no other charge uses.
    static func terminal(_ number: Int) -> String {
        let digits = String(number)
        return "8" + String(repeating: "0", count: 7 - digits.count) + digits
    }

    /// The transaction of a command.
    func transaction(of commandID: String) async throws -> Transaction? {
        var question = TransactionQuestion()
        question.commandID = commandID
        return try await store.transactions(question).first
    }

    /// The POSTs that the cloud saw of a command.
    func posts(of commandID: String) async throws -> [LedgerEntry] {
        guard let transaction = try await transaction(of: commandID) else { return [] }
        return simulator.ledger.entries(customID: transaction.id.description)
    }

    /// The callback URL that the cloud was given for a command.
    func webhook(of commandID: String) async throws -> String {
        var webhook: String?
        try await eventually("the cloud was given a webhook", within: Self.patience) {
            webhook = try await posts(of: commandID).first?.webhook
            return webhook != nil
        }
        return try #require(webhook)
    }
}

/// A port of the loopback interface that was free a moment ago.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
        }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    return Int(UInt16(bigEndian: address.sin_port))
}
