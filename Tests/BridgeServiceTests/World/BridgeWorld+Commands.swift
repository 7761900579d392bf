// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

#if canImport(Glibc)
    import Glibc
#endif

/// A charge as a caller writes it.
struct ChargeCommand: Sendable {
    var commandID = UUID().uuidString.lowercased()
    var terminal = "80005000"
    var amount: Int64 = 15_000
    var currency = "CLP"
    var reference = "R" + UUID().uuidString.prefix(18).filter { $0 != "-" }
    /// Further members of the object, as JSON text.
    var more = ""

    var json: [UInt8] {
        Array(
            """
            {"commandId":"\(commandID)","type":"charge",\
            "terminal":{"idTerminal":"\(terminal)","idSucursal":"12983","serialNumber":"SNPRUEBA1234"},\
            "amount":{"value":\(amount),"currency":"\(currency)"},"reference":"\(reference)"\(more.isEmpty ? "" : ",\(more)")}
            """.utf8
        )
    }
}

/// A type that can publish commands.
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
        properties.timestamp = UInt64(clamping: Timestamp.current.milliseconds / 1_000)
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

/// Ports of 127.0.0.1 for bridges that stop and come back on the same one.
private enum LoopbackPorts {
    /// Below the range of ports for outgoing connections, so that no connection takes the port between two bridges.
    static let range = 11_000..<32_000
    static let attempts = 200
    /// Two tests of this process never get the same port.
    static let given = NIOLockedValueBox<Set<Int>>([])
}

/// A port of the loopback interface that was free a moment ago; the system gives it to no connection by chance.
func freePort() throws -> Int {
    for _ in 0..<LoopbackPorts.attempts {
        let port = Int.random(in: LoopbackPorts.range)
        guard LoopbackPorts.given.withLockedValue({ $0.insert(port).inserted }) else { continue }
        if try isFree(port) { return port }
    }
    throw POSIXError(.EADDRNOTAVAIL)
}

private func isFree(_ port: Int) throws -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
