// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: the other commands over real sockets")
struct SimulatorCommandTests {
    private static let argentina = SimulatorConfiguration.fast.with { $0.country = "ar" }
    private static let head: Set<String> = ["functionCode", "responseCode", "responseMessage"]
    private static let printed = """
        "details":[{"printSeq":1,"type":"text","encode":"","data":"GRACIAS","align":"center"}]
        """

    @Test(
        arguments: [
            (.close, "\"printOnPos\":true", ["commerceCode", "terminalId", "success"]),
            (.poll, "", ["connected"]),
            (.print, printed, []),
            (
                .biometrics, "\"rutToValidate\":\"12.345.678-5\",\"authType\":0",
                ["rutToValidate", "rutRead", "rutMatch", "rutCheckResult"]
            ),
            (.mode, "\"c2cMode\":true", []),
        ] as [(TerminalCommand, String, [String])]
    )
    func `Chile has it`(command: TerminalCommand, members: String, more: [String]) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.command(command, members)
            #expect(answer.message == "TRANSACTION FINISHED")
            #expect(answer.result["functionCode"] as? Int == command.number)
            #expect(answer.result["responseCode"] as? Int == 0)
            #expect(Set(answer.result.keys) == Self.head.union(more))
            #expect(world.simulator.ledger.commands().map(\.command) == [command])
            #expect(world.simulator.ledger.commands().map(\.movedMoney) == [false])
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test(
        arguments: [
            (.poll, ""), (.normalMode, ""), (.parameters, ""), (.totals, "\"printOnPos\":false"),
            (.shift, "\"shiftOperation\":0,\"numberOfShift\":1,\"printOnPos\":false,\"skiptConfirmation\":true"),
            (.shiftReport, "\"printOnPos\":true"),
        ] as [(TerminalCommand, String)]
    )
    func `Argentina has it`(command: TerminalCommand, members: String) async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let answer = try await world.command(command, members)
            #expect(answer.result["functionCode"] as? Int == command.number)
            #expect(answer.result["responseCode"] as? Int == 0)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test(arguments: ["cl", "ar"])
    func `a verb that the country lacks is answered 404 and noted`(country: String) async throws {
        try await SimulatedWorld.run(.fast.with { $0.country = country }) { world in
            let missing = TerminalCommand.allCases.filter { !TerminalCommand.known(in: country).contains($0) }
            for command in missing {
                let answer = try await world.command(command)
                #expect(answer.status == 404, "\(command)")
            }
            #expect(world.simulator.ledger.faults.map(\.part) == missing.map { _ in "verb" })
            #expect(world.simulator.ledger.summary.commands == 0)
        }
    }

    @Test func `every country can be given every command`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.allCommands = true }) { world in
            let parameters = try await world.command(.parameters)
            #expect(parameters.result["sn"] as? String == "SNPRUEBA1234")
            let report = try await world.command(.shiftReport)
            #expect(report.result["functionCode"] as? Int == 136)
        }
    }

    @Test func `totals count what is paid, voided and refunded`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.allCommands = true }) { world in
            let first = try await world.sold(10_990, customID: "a")
            _ = try await world.sold(20_990, customID: "b", ticket: "A2")
            _ = try await world.command(.void, "\"operationId\":\(first.operationID)")
            let totals = try await world.command(.totals).result
            #expect(totals["txCount"] as? Int == 1)
            #expect(totals["txTotal"] as? Int == 20_990)
            func sum(_ prefix: String) -> Int {
                totals.filter { $0.key.hasPrefix(prefix) }.reduce(0) { $0 + ($1.value as? Int ?? 0) }
            }
            let sales = ["CreditSales", "DebitSales", "PrepaidSales"].map { sum("total\($0)") }.reduce(0, +)
            #expect(sales == 10_990 + 20_990)
            #expect(sum("totalCancel") == 10_990)
            #expect(sum("countCancel") == 1)
            #expect(totals.count == 39)
        }
    }

    @Test func `a duplicate is the voucher of the sale`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            let voucher = try await world.command(.duplicate, "\"operationId\":\(sale.operationID)").result
            #expect(voucher["functionCode"] as? Int == 109)
            #expect(voucher["amount"] as? Int == 15_990)
            #expect(voucher["authorizationCode"] as? String == sale.authorizationCode)
            #expect(voucher["ticket"] as? String == "A0001")
            let nothing = try await world.command(.duplicate, "\"operationId\":99").result
            #expect(nothing["responseCode"] as? Int == 25)
            #expect(Set(nothing.keys) == Self.head)
        }
    }

    @Test func `the last voucher of Argentina may be that of a refund`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let sale = try await world.sold()
            let refund = try await world.command(
                .refund,
                """
                "authorizationCode":"\(sale.authorizationCode)","amount":1000,"originalTransDate":"\(sale.day)"
                """
            )
            let body = SimulatedWorld.body(of: .poll).replacingOccurrences(of: "106", with: "101")
            let headers = try await world.authorized(world.token())
            let last = try await world.send(.POST, world.baseURL + "/postxs/lastvoucher", headers, body: body).result
            #expect(last["functionCode"] as? Int == 108)
            #expect(last["amount"] as? Int == 1_000)
            #expect(last["authorizationCode"] as? String == refund.result["authorizationCode"] as? String)
            #expect(last["operationId"] as? Int == refund.result["operationId"] as? Int)
        }
    }

    @Test func `a sale with a promotion is a sale`() async throws {
        try await SimulatedWorld.run { world in
            let body = SimulatedWorld.body(
                of: .promotionSale,
                "\"amount\":15990,\"ticketNumber\":\"A1\",\"idPromo\":\"promo-1\",\"webhook\":\"\(world.webhook)\""
            )
            let headers = try await world.authorized(world.token())
            let answer = try await world.send(.POST, world.baseURL + "/postxs/salepromo", headers, body: body)
            #expect(answer.message == "TRANSACTION SENT")
            let callback = try #require(try await world.callbacks(1).first)
            #expect(callback.result["functionCode"] as? Int == 126)
            #expect(world.simulator.ledger.entries().map(\.command) == ["salepromo"])
            #expect(world.simulator.ledger.summary.payments == 1)
        }
    }

    @Test func `one command at a time`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 0.1 }) { world in
            let token = try await world.token()
            _ = try await world.sell(15_990, token: token)
            let headers = world.authorized(token)
            let body = SimulatedWorld.body(of: .poll)
            let refused = try await world.send(.POST, world.baseURL + "/postxs/poll", headers, body: body)
            #expect(refused.message == "OPERATION IN PROGRESS (15s)")
            #expect(try await world.command(.close, token: token).result["success"] as? Bool == true)
            #expect(world.simulator.ledger.commands().first?.foundBusyWith == "sale")
            #expect(world.simulator.ledger.commands().first?.ending == .notStarted)
        }
    }

    @Test func `a terminal that is lost or unknown does nothing`() async throws {
        try await SimulatedWorld.run { world in
            world.simulator.controls.setOffline(true, idTerminal: "80005000")
            let lost = try await world.command(.poll)
            #expect(lost.message == "C2C SERVICE NOT RESPONDING")
            let unknown = try await world.command(.poll, terminal: .unknown)
            #expect(unknown.message == "KEYPOS NOT FOUND")
        }
    }

    // MARK: - Webhooks

    @Test func `in Argentina a webhook of anything but a sale is ignored`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let answer = try await world.command(.poll, "\"webhook\":\"\(world.webhook)\"")
            #expect(answer.result["connected"] as? Bool == true)
            #expect(world.simulator.ledger.commands().map(\.webhook) == [nil])
        }
    }

    @Test(arguments: SimulatorConfiguration.ForeignWebhook.allCases)
    func `so is that of a read of the journal`(policy: SimulatorConfiguration.ForeignWebhook) async throws {
        try await SimulatedWorld.run(Self.argentina.with { $0.foreignWebhook = policy }) { world in
            let body = SimulatedWorld.body(of: .poll, "\"webhook\":\"\(world.webhook)\"")
                .replacingOccurrences(of: "\"command\":106", with: "\"command\":105")
            let headers = try await world.authorized(world.token())
            let answer = try await world.send(.POST, world.baseURL + "/postxs/details", headers, body: body)
            switch policy {
            case .ignore: #expect(answer.result["saleDetails"] != nil)
            case .accept: #expect(answer.message == "TRANSACTION SENT")
            case .refuse: #expect(answer.status == 400)
            }
        }
    }

    @Test func `Argentina can accept or refuse it`() async throws {
        try await SimulatedWorld.run(Self.argentina.with { $0.foreignWebhook = .accept }) { world in
            let answer = try await world.command(.poll, "\"webhook\":\"\(world.webhook)\"")
            #expect(answer.message == "TRANSACTION SENT")
            #expect(try await world.callbacks(1).first?.result["connected"] as? Bool == true)
        }
        try await SimulatedWorld.run(Self.argentina.with { $0.foreignWebhook = .refuse }) { world in
            let answer = try await world.command(.poll, "\"webhook\":\"\(world.webhook)\"")
            #expect(answer.status == 400)
            #expect(world.simulator.ledger.faults.map(\.part) == ["webhook"])
        }
    }

    // MARK: - Terminals

    @Test func `the terminals are listed, all or those of a branch`() async throws {
        let other = TerminalIdentity(idTerminal: "80005001", idSucursal: "12984", serialNumber: "SNPRUEBA1235")
        try await SimulatedWorld.run(.fast.with { $0.knownTerminals = [.documented, other] }) { world in
            let headers = try await world.authorized(world.token())
            let all = try await world.send(.GET, world.baseURL + "/posdata", headers)
            #expect(all.code == 1)
            let list = try #require(all.object["data"] as? [[String: Any]])
            #expect(list.map { $0["idTerminal"] as? String } == ["80005000", "80005001"])
            #expect(list.map { $0["idSucursal"] as? Int } == [12_983, 12_984])
            let one = try await world.send(.GET, world.baseURL + "/posdata?idsucursal=0000012984", headers)
            #expect((one.object["data"] as? [[String: Any]])?.map { $0["serialNumber"] as? String } == ["SNPRUEBA1235"])
            #expect(try await world.send(.GET, world.baseURL + "/posdata").status == 400)
        }
    }

    @Test func `without a register the terminals are those that commands came to`() async throws {
        try await SimulatedWorld.run(Self.argentina.with { $0.terminalList = .bare }) { world in
            _ = try await world.command(.poll)
            let headers = try await world.authorized(world.token())
            let answer = try await world.send(.GET, world.baseURL + "/posdata", headers)
            let list = try #require(JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [[String: String]])
            #expect(
                list == [
                    ["idTerminal": "80005000", "idSucursal": "0000012983", "serialNumber": "SNPRUEBA1234"]
                ]
            )
        }
    }

    @Test func `the commands are in the ledger over HTTP`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            _ = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            let url = world.baseURL.replacingOccurrences(of: "/api", with: "/simulator/ledger/commands?limit=9")
            let answer = try await world.send(.GET, url)
            let list = try #require(JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [[String: Any]])
            let entry = try #require(list.last)
            #expect(entry["command"] as? String == "refund")
            #expect(entry["customId"] as? String == "cmd-1")
            #expect(entry["movedMoney"] as? Bool == true)
            #expect(entry["movedAmount"] as? Int == 15_990)
            #expect((entry["original"] as? [String: Any])?["authorizationCode"] as? String == sale.authorizationCode)
            #expect(entry["endedAt"] is String)
        }
    }
}
