// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import Foundation
import GetnetSimulator
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// Every command except the charge: through the broker, the bridge, the simulator, and back.
@Suite("Commands of every type")
struct EveryCommandTests {
    /// Commands without an original, with the options that they need, and the report that they bring.
    private static let plain: [(type: CommandType, options: String, report: String?)] = [
        (.poll, "{}", "connected"), (.details, #"{"printOnPos":false}"#, "sales"), (.close, "{}", nil),
        (.totals, "{}", "txCount"), (.params, "{}", "version"), (.lastVoucher, "{}", nil),
        (.print, #"{"details":[{"printSeq":1,"type":"text","encode":"","data":"GRACIAS","align":"center"}]}"#, nil),
        (.duplicate, #"{"operationId":1}"#, nil), (.bioauth, #"{"rutToValidate":"12.345.678-5"}"#, "rutMatch"),
        (.c2cMode, #"{"c2cMode":true}"#, nil), (.shift, #"{"numberOfShift":1}"#, nil), (.shiftReport, "{}", nil),
        (.normalMode, "{}", nil), (.reconcile, "{}", "reconciliation"),
    ]

    @Test(arguments: [Country.chile, .argentina])
    func `are completed where the country has them and refused by name where it lacks them`(
        country: Country
    )
        async throws
    {
        try await country.run { world in
            let known = world.configuration.accounts.all[0].profile.commands
            // A sale that the other commands can duplicate and read.
            let charge = try await world.charge(15_000, country)
            #expect(charge.status == "approved")
            // After a close there is no sale to duplicate, and in normal mode the terminal answers nothing more.
            let order: [CommandType] = [.close, .normalMode]
            let plain = Self.plain.sorted { !order.contains($0.type) && order.contains($1.type) }
            for (type, options, report) in plain {
                let id = try await world.ask(type, country, #""options":\#(options)"#)
                guard known[type] != nil else {
                    let refused = try await world.events.first("\(type) is refused") { $0.commandID == id }
                    #expect(refused.faults.first == "not_in_country", "\(type)")
                    continue
                }
                let final = try await world.events.final(of: id)
                #expect(final.status == "completed", "\(type) \(String(decoding: final.body, as: UTF8.self))")
                #expect(final.routingKey.hasPrefix("\(type.rawValue).completed.\(country.code).main."))
                #expect(final.data["amount"] == nil && final.data["reference"] == nil)
                if let report { #expect(final.data["result"]?["report"]?[report] != nil, "\(type)") }
                #expect(!final.holdsCardData, "\(type)")
            }
            #expect(world.simulator.ledger.faults.isEmpty, "\(world.simulator.ledger.faults)")
        }
    }

    @Test func `where amounts are whole units on the wire, they are minor ones in commands and events`() async throws {
        try await Country.uruguay.run { world in
            let paid = try await world.charge(15_900, .uruguay)
            #expect(paid.status == "approved", "\(String(decoding: paid.body, as: UTF8.self))")
            #expect(paid.data["amount"]?["value"]?.integer == 15_900)
            #expect(paid.data["result"]?["amount"]?["value"]?.integer == 15_900)
            #expect(paid.data["amount"]?["currency"]?.string == "UYU")
            #expect(world.simulator.ledger.summary.paidAmount == 159)
            let fraction = ChargeCommand(amount: 15_950)
            try await world.sendCharge(fraction, .uruguay)
            let refused = try await world.events.first("it is refused") { $0.commandID == fraction.commandID }
            #expect(refused.faults == ["out_of_range"])
            #expect(world.simulator.ledger.faults.isEmpty, "\(world.simulator.ledger.faults)")
        }
    }

    @Test func `a promotion is a sale`() async throws {
        try await Country.chile.run { world in
            let id = try await world.ask(
                .promo,
                .chile,
                #""amount":{"value":15000,"currency":"CLP"},"reference":"P1","options":{"idPromo":"2X1"}"#
            )
            let final = try await world.events.final(of: id)
            #expect(final.status == "approved" && final.data["result"]?["functionCode"]?.integer == 126)
        }
    }

    @Test(arguments: [Country.chile, .argentina])
    func `refunds in parts reach zero, the sale tells of each, and the next one is refused`(
        country: Country
    )
        async throws
    {
        try await country.run { world in
            let charge = try await world.charge(15_000, country)
            let sale = try #require(charge.transactionID)
            for number in 1...2 {
                let id = try await world.refund(7_500, of: #"{"transactionId":"\#(sale)"}"#, country)
                let final = try await world.events.final(of: id)
                #expect(final.status == "approved", "\(String(decoding: final.body, as: UTF8.self))")
                #expect(final.data["original"]?["transactionId"]?.string == sale)
                let amended = try await world.events.first("the sale tells of \(number)") { event in
                    event.routingKey.hasPrefix("charge.amended.") && event.amendments.count == number
                }
                #expect(amended.data["status"]?.string == "approved" && amended.isFinal)
                #expect(amended.data["remaining"]?["value"]?.integer == Int64(15_000 - number * 7_500))
            }
            let over = try await world.refund(1, of: #"{"transactionId":"\#(sale)"}"#, country)
            let refused = try await world.events.first("it is refused") { $0.commandID == over }
            #expect(refused.faults == ["exceeds_remaining"])
            #expect(refused.data["conflict"]?["remaining"]?["value"]?.integer == 0)
            let summary = world.simulator.ledger.summary
            #expect(summary.refunds == 2 && summary.overRefunds == 0)
        }
    }

    /// Every way in which a refund can go wrong in the simulator, by the last digits of its amount.
    private static let troubles: [Int64] = [0, 101, 110, 201, 203, 207, 301, 302, 303, 304, 307, 310, 400, 402, 410]

    @Test(arguments: [Country.chile, .argentina])
    func `under every fault a refund says what happened, or that it is not known, and never gives back more`(
        country: Country
    )
        async throws
    {
        try await country.run(configure: { $0.reconcile.terminalLife = .seconds(4) }) { world in
            let charge = try await world.charge(9_000_000, country)
            let sale = #"{"transactionId":"\#(try #require(charge.transactionID))"}"#
            var asked: [(id: String, amount: Int64)] = []
            for trouble in Self.troubles {
                let amount = 10_000 + trouble
                asked.append((try await world.refund(amount, of: sale, country), amount))
            }
            var taken: Int64 = 0
            for (id, amount) in asked {
                let end = try await world.events.first("\(amount) ends or is in doubt", within: .seconds(120)) {
                    event in
                    event.commandID == id && (event.isFinal || event.status == "in_doubt")
                }
                let transaction = try #require(try await world.transaction(of: id))
                let moved = world.simulator.ledger.commands(customID: transaction.id.description).contains(
                    where: \.movedMoney
                )
                switch end.status {
                case "approved": #expect(moved, "\(amount) was approved and nothing moved")
                case "declined", "not_completed", "failed":
                    #expect(!moved, "\(amount) moved and is \(end.status ?? "")")
                case "in_doubt": break
                default: Issue.record("\(amount) is \(end.status ?? "nothing")")
                }
            }
            // A refund in doubt counts as paid back: the bridge refuses a refund of more than the rest.
            try await eventually("what can be decided is decided", within: .seconds(60)) {
                var open = false
                taken = 0
                for (id, amount) in asked {
                    let transaction = try await world.transaction(of: id)
                    switch transaction?.status {
                    case .approved, .inDoubt: taken += amount
                    case .declined, .notCompleted, .failed: break
                    case .accepted, .waiting, .submitted, .completed, nil: open = true
                    }
                }
                return !open
            }
            let tooMuch = try await world.refund(9_000_001 - taken, of: sale, country)
            let refused = try await world.events.first("it is refused") { $0.commandID == tooMuch }
            #expect(refused.data["conflict"]?["remaining"]?["value"]?.integer == 9_000_000 - taken)
            #expect(world.simulator.ledger.summary.overRefunds == 0)
            #expect(world.simulator.ledger.summary.refundedAmount <= Int(taken))
        }
    }

    @Test func `a void takes back its own sale, after a restart as well`() async throws {
        try await Surroundings.run { surroundings in
            let sale = NIOLockedValueBox<String?>(nil)
            try await surroundings.withBridge { world in
                let name = try await world.charge(15_000, .chile).transactionID
                sale.withLockedValue { $0 = name }
            }
            let name = try #require(sale.withLockedValue { $0 })
            try await surroundings.withBridge { world in
                let id = try await world.void(#"{"transactionId":"\#(name)"}"#)
                let final = try await world.events.final(of: id)
                #expect(final.status == "approved", "\(String(decoding: final.body, as: UTF8.self))")
                #expect(final.data["amount"]?["value"]?.integer == 15_000)
                let again = try await world.void(#"{"transactionId":"\#(name)"}"#)
                let refused = try await world.events.first("it is refused") { $0.commandID == again }
                #expect(refused.faults == ["exceeds_remaining"])
                #expect(world.simulator.ledger.summary.voids == 1)
            }
        }
    }

    @Test func `a void that the terminal made while it called itself busy is in doubt, not told as one to refund`()
        async throws
    {
        try await Country.chile.run(
            simulate: { $0.faults.probabilities[.busyYetStarted] = 1 },
            configure: { $0.submit.busyRetryAfter = .seconds(2) }
        ) { world in
            let sale = try #require(try await world.charge(15_000, .chile).transactionID)
            world.simulator.controls.holdCallbacks()
            let id = try await world.void(#"{"transactionId":"\#(sale)"}"#)
            let doubt = try await world.events.first("it is in doubt") { $0.commandID == id && $0.status == "in_doubt" }
            #expect(doubt.reason == "inconsistent_result")
            #expect(world.simulator.ledger.summary.voids == 1)
            let refund = try await world.refund(15_000, of: #"{"transactionId":"\#(sale)"}"#, .chile)
            let refused = try await world.events.first("nothing is left") { $0.commandID == refund }
            #expect(refused.faults == ["exceeds_remaining"])
            try await eventually("its terminal is free again", within: BridgeWorld.patience) {
                try await world.transaction(of: id)?.isInLane == false
            }
            #expect(try await world.transaction(of: id)?.status == .inDoubt)
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: id).status == "approved")
        }
    }

    @Test func `a void of an older batch's receipt does not touch the same receipt of today`() async throws {
        try await Country.chile.run { world in
            let first = try await world.charge(15_000, .chile)
            let receipt = try #require(first.data["result"]?["operationId"]?.integer)
            // The bridge does not know of this close.
            #expect(world.simulator.controls.closeBatch(idTerminal: "80005000") != nil)
            let second = try await world.charge(15_000, .chile)
            #expect(second.data["result"]?["operationId"]?.integer == receipt)
            let id = try await world.void(#"{"transactionId":"\#(try #require(first.transactionID))"}"#)
            let final = try await world.events.final(of: id)
            #expect(final.status == "failed" && final.reason == "original_not_in_batch")
            #expect(world.simulator.ledger.summary.voids == 0)
            #expect(try await world.posts(of: id).isEmpty)
            // The void took nothing back, so a refund can still give this money back.
            let refund = try await world.refund(
                15_000,
                of: #"{"transactionId":"\#(first.transactionID ?? "")"}"#,
                .chile
            )
            #expect(try await world.events.final(of: refund).status == "approved")
        }
    }

    @Test func `a void asks for its receipt once, and nothing is sent beside the question`() async throws {
        try await Country.chile.run { world in
            for number in 1...8 {
                let sale = try #require(try await world.charge(15_000, .chile).transactionID)
                let id = try await world.void(#"{"transactionId":"\#(sale)"}"#)
                #expect(try await world.events.final(of: id).status == "approved")
                #expect(world.simulator.ledger.summary.journalReads == number)
            }
            #expect(world.simulator.ledger.summary.overlaps == 0)
        }
    }

    @Test func `a terminal that is asked for a receipt gets nothing else, though the void expires meanwhile`()
        async throws
    {
        try await Country.chile.run { world in
            let sale = try #require(try await world.charge(15_000, .chile).transactionID)
            #expect(world.simulator.controls.spoilJournal(with: .journalNoAnswer, idTerminal: "80005000"))
            let expiry = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + 1_500)
            let id = try await world.ask(
                .void,
                .chile,
                #""reference":"V1","original":{"transactionId":"\#(sale)"},"expiresAt":"\#(expiry)""#
            )
            let final = try await world.events.final(of: id)
            #expect(final.status == "failed" && final.reason == "command_expired")
            let next = ChargeCommand(amount: 15_000)
            try await world.sendCharge(next, .chile)
            _ = try await world.events.first("it waits") { $0.commandID == next.commandID }
            try await always("the next command is not sent", for: .seconds(1)) {
                try await world.posts(of: next.commandID).isEmpty
            }
        }
    }

    @Test func `after a close of ours a void is refused without asking`() async throws {
        try await Country.chile.run { world in
            let charge = try await world.charge(15_000, .chile)
            let close = try await world.ask(.close, .chile)
            #expect(try await world.events.final(of: close).status == "completed")
            let id = try await world.void(#"{"transactionId":"\#(try #require(charge.transactionID))"}"#)
            let refused = try await world.events.first("it is refused") { $0.commandID == id }
            #expect(refused.faults == ["batch_closed"])
        }
    }

    @Test func `a receipt of Getnet's is enough for a refund`() async throws {
        try await Country.chile.run { world in
            let charge = try await world.charge(15_000, .chile)
            let result = try #require(charge.data["result"])
            let code = try #require(result["authorizationCode"]?.string)
            let day = try #require(result["terminalLocalTime"]?.string).prefix(10)
            let receipt = """
                {"getnet":{"operationId":\(result["operationId"]?.integer ?? 0),"authorizationCode":"\(code)",\
                "date":"\(day)","amount":{"value":15000,"currency":"CLP"}}}
                """
            let id = try await world.refund(15_000, of: receipt, .chile)
            let final = try await world.events.final(of: id)
            #expect(final.status == "approved")
            // The table knows the sale: both names share the rest of it.
            #expect(final.data["original"]?["transactionId"]?.string == charge.transactionID)
        }
    }

    @Test func `a cancel ends the sale at its terminal, and never the next one`() async throws {
        try await Country.argentina.run(
            simulate: {
                // The sale takes so long that a cancel comes before the customer presents the card.
                ($0.timeScale, $0.thinkTime) = (0.03, .seconds(80))
                $0.cancelDelay = .milliseconds(200)
            }
        ) { world in
            // The bridge answers the control queue some time after the first command.
            try await world.virtualHost.declareQueue("asked")
            try await world.control("status", #""original":{"commandId":"nobody"}"#) { $0.replyTo = "asked" }
            _ = try await world.surroundings.take(1, from: "asked")
            let first = ChargeCommand(amount: 15_000)
            let second = ChargeCommand(amount: 15_000)
            try await world.sendCharge(first, .argentina)
            try await world.sendCharge(second, .argentina)
            _ = try await world.events.first("submitted") {
                $0.commandID == first.commandID && $0.status == "submitted"
            }
            try await world.control("cancel", #""original":{"commandId":"\#(first.commandID)"}"#)
            let ended = try await world.events.final(of: first.commandID)
            #expect(ended.status == "not_completed")
            #expect(world.simulator.ledger.summary.cancelledSales == 1)
            #expect(try await world.events.final(of: second.commandID).status == "approved")
            let next = try #require(try await world.transaction(of: second.commandID)?.posting.startedAt)
            let cancelled = try #require(try await world.transaction(of: first.commandID))
            #expect(cancelled.cancelAttempt?.endedAt.map { $0 <= next } == true)
            #expect(world.simulator.ledger.faults.isEmpty)
        }
    }
}

extension EventLog.Entry {
    /// The voids and refunds that an amended sale names.
    fileprivate var amendments: [JSON] {
        guard case .array(let amendments) = data["amendments"] else { return [] }
        return amendments
    }

    /// Whether it holds any data that must never leave the bridge.
    fileprivate var holdsCardData: Bool {
        let text = String(decoding: body, as: UTF8.self)
        return ["bin", "expiryDate", "commerceRut", "rutRead", "rutToValidate", "branchAddress"].contains {
            text.contains("\"\($0)\"")
        }
    }
}

extension BridgeWorld {
    private static let terminal = #"{"idTerminal":"80005000","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}"#

    /// Publishes a command of a type with further members, and returns its id.
    func ask(_ type: CommandType, _ country: Country, _ more: String = "") async throws -> String {
        let id = UUID().uuidString.lowercased()
        let members = [#""commandId":"\#(id)","type":"\#(type.rawValue)","terminal":\#(Self.terminal)"#, more]
        let body = "{" + members.filter { !$0.isEmpty }.joined(separator: ",") + "}"
        try await send(Array(body.utf8), routingKey: "\(type.rawValue).main")
        return id
    }

    func sendCharge(_ command: ChargeCommand, _ country: Country) async throws {
        var command = command
        command.currency = country.currency
        try await send(command)
    }

    /// Charges, and waits for the end.
    func charge(_ amount: Int64, _ country: Country) async throws -> EventLog.Entry {
        let command = ChargeCommand(amount: amount)
        try await sendCharge(command, country)
        return try await events.final(of: command.commandID)
    }

    fileprivate func refund(_ amount: Int64, of original: String, _ country: Country) async throws -> String {
        let reference = "F" + UUID().uuidString.prefix(13).filter { $0 != "-" }
        return try await ask(
            .refund,
            country,
            """
            "amount":{"value":\(amount),"currency":"\(country.currency)"},"reference":"\(reference)","original":\(original)
            """
        )
    }

    func void(_ original: String) async throws -> String {
        let reference = "V" + UUID().uuidString.prefix(13).filter { $0 != "-" }
        return try await ask(.void, .chile, #""reference":"\#(reference)","original":\#(original)"#)
    }
}
