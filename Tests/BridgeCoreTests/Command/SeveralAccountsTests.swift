// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// One bridge, a Chilean and an Argentine account.
@Suite struct `Several accounts` {
    private static let chile = Account(name: "cl-main", profile: .chile, environment: "uat")
    private static let argentina = Account(name: "ar-main", profile: .argentina, environment: "prod")

    private func accounts() throws -> Accounts { try #require(Accounts([Self.chile, Self.argentina])) }

    private func rules() throws -> CommandReader.Rules {
        CommandReader.Rules(accounts: try accounts(), maxBytes: 262_144, maxAge: .seconds(120), ownQueues: [])
    }

    private func registry(_ entries: [String: String]) throws -> TerminalRegistry {
        var registry = TerminalRegistry()
        for (alias, triplet) in entries { try registry.enter(triplet, as: alias) }
        return registry
    }

    private func read(
        _ names: [String: String] = [:],
        _ changes: (String, String?)...,
        key: String = "charge"
    ) throws -> Result<Command, CommandRejection> {
        let message = CommandMessage.sample(CommandFixture.text(changes), routingKey: key)
        let reader = CommandReader(rules: try rules())
        let terminals = try registry(names)
        do throws(CommandRejection) {
            let command = try reader.read(
                message,
                acceptedAt: .sample,
                terminals: terminals
            )
            return .success(command)
        } catch {
            return .failure(error)
        }
    }

    private let pesos = ("amount", #"{"value":15990,"currency":"ARS"}"# as String?)

    @Test func `a command names its account, and the account's country decides`() throws {
        let chilean = try read([:], ("account", #""cl-main""#)).get()
        #expect(chilean.content.account == "cl-main" && chilean.content.amount?.currency == .clp)
        let argentine = try read([:], ("account", #""ar-main""#), pesos).get()
        #expect(argentine.content.account == "ar-main" && argentine.content.amount?.currency == .ars)
        #expect(try read([:], ("account", #""ar-main""#)).faults == ["amount.currency currency_mismatch"])
        #expect(try read([:], ("account", #""uy-main""#)).faults == ["account unknown_account"])
        let option = ("options", #"{"paymentCategory":"FOOD_BENEFIT"}"# as String?)
        #expect(try read([:], ("account", #""cl-main""#), option).faults == [])
        #expect(
            try read([:], ("account", #""ar-main""#), pesos, option).faults == [
                "options.paymentCategory unknown_member"
            ]
        )
    }

    @Test("K6: a second word of the key that names an account must name the account of the command or its terminal")
    func accountWord() throws {
        let chilean = ("account", #""cl-main""#)
        #expect(try read([:], chilean, key: "charge.cl-main").get().content.account == "cl-main")
        #expect(try read([:], chilean, key: "charge.ar-main").faults == ["account account_mismatch"])
        let names = ["counter": "80005000/12983/SNPRUEBA1234/ar-main"]
        #expect(try read(names, pesos, key: "charge.ar-main").get().content.account == "ar-main")
        #expect(try read(names, pesos, key: "charge.cl-main").faults == ["account account_mismatch"])
        // A second word that is not the name of an account is the platform's own word.
        #expect(try read([:], chilean, key: "charge.till-7").get().content.account == "cl-main")
    }

    @Test(
        "K6: a control message reaches the transactions of the account that the second word of its key names, and no others"
    )
    func accountWordOfControl() throws {
        let reader = ControlReader(rules: try rules())
        func read(_ text: String, _ key: String) throws(CommandRejection) -> ControlRequest {
            try reader.read(
                CommandMessage(
                    exchange: "getnet.control",
                    routingKey: key,
                    body: Array(text.utf8),
                    contentType: "application/json"
                )
            )
        }
        let id = TransactionID(at: .sample, random: 7)
        let byID = #"{"type":"cancel","original":{"transactionId":"\#(id)"}}"#
        #expect(try read(byID, "cancel.ar-main").account == "ar-main")
        #expect(try read(byID, "cancel.till-7").account == nil)
        #expect(try read(byID, "cancel").account == nil)
        let named = #"{"type":"cancel","account":"cl-main","original":{"commandId":"c-1"}}"#
        #expect(try read(named, "cancel.cl-main").account == "cl-main")
        let refusal = #expect(throws: CommandRejection.self) { try read(named, "cancel.ar-main") }
        #expect(refusal?.faults.map(\.code) == [.accountMismatch])
    }

    @Test func `a name of the registry says whose terminal it is`() throws {
        let names = ["counter": "80005000/12983/SNPRUEBA1234/ar-main"]
        let byAlias = try read(names, ("terminal", #""counter""#), pesos).get()
        #expect(byAlias.content.account == "ar-main")
        let byTriplet = try read(names, pesos).get()
        #expect(byTriplet.content.account == "ar-main")
        // Terminals of two merchants may have the same number.
        let stranger = ["counter": "80005000/777/OTHERSERIAL/ar-main"]
        #expect(try read(stranger, pesos).faults.contains("account account_ambiguous"))
        #expect(!byTriplet.namesAccount && !byAlias.namesAccount)
        // The alias names no terminal of the other account.
        #expect(
            try read(names, ("terminal", #""counter""#), ("account", #""cl-main""#)).faults == [
                "terminal unknown_alias"
            ]
        )
    }

    @Test func `without a name, of a terminal that no account or several have, a command is refused`() throws {
        #expect(try read().faults == ["account account_ambiguous"])
        let several = ["a": "80005000/12983/SNPRUEBA1234/ar-main", "b": "80005000/12983/SNPRUEBA1234/cl-main"]
        #expect(try read(several).faults == ["account account_ambiguous"])
        #expect(try read(several, ("terminal", #""b""#)).get().content.account == "cl-main")
        #expect(try read(["a": "80005000/12983/SNPRUEBA1234/other"]).faults == ["account unknown_account"])
        // The refusal names all other faults too.
        let wrong = try read([:], ("commandId", #""""#), ("colour", "1"))
        #expect(wrong.faults == ["commandId invalid_format", "account account_ambiguous", "colour unknown_member"])
    }

    @Test func `a registry's entry has three parts, or four`() {
        var registry = TerminalRegistry()
        for triplet in ["1/2", "1/2/3/", "1/2/3/a/b"] {
            #expect(throws: TerminalRegistry.Fault.self) { try registry.enter(triplet, as: "x") }
        }
    }

    @Test func `a name that is gone is remembered for the account that had it, and takes no other's place`() throws {
        var registry = TerminalRegistry()
        try registry.enter("AR1/2/S1/north", as: "till-1")
        let old = try #require(Terminal(idTerminal: "AR9", idSucursal: "2", serialNumber: "S9", alias: "till-9"))
        let remembering = registry.remembering(old, account: "south")
        #expect(remembering.account(ofAlias: "till-9") == "south")
        #expect(remembering.owners(of: old) == ["south"])
        let taken = try #require(Terminal(idTerminal: "AR9", idSucursal: "2", serialNumber: "S9", alias: "till-1"))
        #expect(registry.remembering(taken, account: "south") == registry)
    }

    @Test func `a control message by the command's id names the account, one by ours needs none`() throws {
        let reader = ControlReader(rules: try rules())
        func faults(_ text: String) -> [String] {
            do throws(CommandRejection) {
                _ = try reader.read(.sample(text, routingKey: "cancel"))
                return []
            } catch {
                return error.faults.map { "\($0.path) \($0.code.rawValue)" }
            }
        }
        #expect(faults(#"{"type":"cancel","original":{"commandId":"c-1"}}"#) == ["account account_ambiguous"])
        #expect(faults(#"{"type":"cancel","account":"ar-main","original":{"commandId":"c-1"}}"#) == [])
        let name = TransactionID(at: .sample, random: 7)
        #expect(faults(#"{"type":"cancel","original":{"transactionId":"\#(name)"}}"#) == [])
    }

    @Test func `what belongs to no account says so in routing key and source`() throws {
        let writer = EventWriter(accounts: try accounts(), terminalLife: .seconds(315))
        let format = CloudEventFormat(mode: .structured, accounts: try accounts(), typePrefix: "io.getnet-bridge")
        func told(_ account: String?) -> (key: String, source: String?) {
            let fault = CommandFault("account", .accountAmbiguous, "several")
            let message = CommandMessage.sample("{}")
            let event = writer.rejection(CommandRejection(faults: [fault], account: account), of: message, at: .sample)
                .event
            return (event.routingKey, format.message(event).headers["ce-source"])
        }
        #expect(told(nil) == ("command.rejected.-.-.-.-", "/getnet/-/-/-"))
        #expect(told("ar-main") == ("command.rejected.ar.ar-main.-.-", "/getnet/prod/ar/ar-main"))
        #expect(told("cl-main") == ("command.rejected.cl.cl-main.-.-", "/getnet/uat/cl/cl-main"))
    }

    @Test func `no two accounts share a name`() {
        #expect(Accounts([Self.chile, Self.chile]) == nil)
        #expect(Accounts([]) == nil)
    }
}
