// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Callback listener")
struct CallbackListenerTests {
    /// A charge whose callback the cloud holds, with its callback URL.
    private func submitted(_ world: BridgeWorld, terminal: Int = 1) async throws -> (ChargeCommand, String) {
        world.simulator.controls.holdCallbacks()
        let command = ChargeCommand(terminal: BridgeWorld.terminal(terminal))
        try await world.send(command)
        return (command, try await world.webhook(of: command.commandID))
    }

    /// The same URL with another token.
    private func url(_ url: String, token: String) -> String {
        url.split(separator: "?").first.map { "\($0)?token=\(token)" } ?? url
    }

    @Test func `a wrong token is 401, stores nothing and asks Getnet once`() async throws {
        try await BridgeWorld.run(
            configure: {
                $0.reconcile.firstQueryAfter = .seconds(300)
                $0.reconcile.interval = .seconds(60)
                $0.reconcile.terminalLife = .seconds(600)
            }
        ) { world in
            let (command, own) = try await submitted(world)
            let (_, others) = try await submitted(world, terminal: 2)
            let token = try #require(others.split(separator: "=").last)
            // The sales are over, so that one query is enough for the result.
            try await eventually("both callbacks are held") { world.simulator.ledger.summary.callbacksHeld == 2 }
            let wrong = [
                url(own, token: "k1.AAAAAAAAAAAAAAAAAAAAAA"), url(own, token: String(token)), url(own, token: ""),
            ]
            for address in wrong + [String(own.prefix { $0 != "?" })] {
                let answer = try await BridgeWorld.request(
                    address,
                    method: "POST",
                    body: Array(BridgeWorld.approval().utf8)
                )
                #expect(answer.status == 401)
                #expect(answer.text.isEmpty)
            }
            let id = try #require(try await world.transaction(of: command.commandID)?.id)
            // The bridge asks earlier than planned, and this query brings the result; more wrong tokens bring no query.
            _ = try await world.events.final(of: command.commandID)
            let story = try await world.store.story(of: id)
            #expect(story.evidence.allSatisfy { $0.source == .query })
            #expect(try await world.metric(#"callbacks_total{outcome="token_invalid"}"#) == 4)
            #expect(world.simulator.ledger.summary.queries == 1)
        }
    }

    @Test func `what is no callback is refused by its own number`() async throws {
        try await BridgeWorld.run { world in
            let (_, own) = try await submitted(world)
            #expect(try await BridgeWorld.request(own).status == 405)
            #expect(try await BridgeWorld.request(own, method: "PUT", body: []).status == 405)
            let root = world.configuration.http.publicURL
            #expect(try await BridgeWorld.request("\(root)/", method: "POST", body: []).status == 404)
            #expect(try await BridgeWorld.request("\(root)/callbacks/", method: "POST", body: []).status == 404)
            #expect(try await BridgeWorld.request("\(root)/metrics").status == 404)
            let large = [UInt8](repeating: UInt8(ascii: " "), count: 300 * 1_024)
            #expect(try await BridgeWorld.request(own, method: "POST", body: large).status == 413)
            #expect(try await world.metric(#"callbacks_total{outcome="too_large"}"#) == 1)
        }
    }

    @Test func `a body that is no answer is 200, kept masked, and asks Getnet`() async throws {
        try await BridgeWorld.run(
            configure: {
                $0.reconcile.firstQueryAfter = .seconds(300)
                $0.reconcile.interval = .seconds(60)
                $0.reconcile.terminalLife = .seconds(600)
            }
        ) { world in
            let (command, own) = try await submitted(world)
            // The sale is over, so that one query is enough for the result.
            try await eventually("the callback is held") { world.simulator.ledger.summary.callbacksHeld == 1 }
            #expect(try await world.callBack(own, "<html>PAN 4111111111111111</html>") == 200)
            #expect(try await world.callBack(own, "") == 200)
            let final = try await world.events.final(of: command.commandID)
            #expect(final.data["evidence"]?.string == "query")
            #expect(try await world.metric(#"callbacks_total{outcome="unreadable"}"#) == 2)
            try await world.store.probe(at: .current)
            #expect(try world.surroundings.files(holding: "4111111111111111").isEmpty)
        }
    }

    @Test(
        "A7: a callback in UTF-16 decides, and nothing of its card can be read, in any spelling of its bytes",
        arguments: ["", "utf-16le"]
    )
    func wideCardData(charset: String) async throws {
        try await BridgeWorld.run { world in
            let (command, own) = try await submitted(world)
            _ = try await world.events.first("it is submitted") {
                $0.commandID == command.commandID && $0.status == "submitted"
            }
            let id = try #require(try await world.transaction(of: command.commandID))
            let number = try #require(id.idPosTxs)
            let secrets = ["45395787", "4539578763621486"]
            let card = #""functionCode":100,"bin":"45395787","pan":"4539578763621486","expiryDate":"3001","#
            let body = BridgeWorld.approval(customID: id.id.description, idPosTxs: number)
                .replacing(#""functionCode":100,"#, with: card)
            for secret in secrets { #expect(body.contains(secret)) }
            let mark: [UInt8] = charset.isEmpty ? [0xFF, 0xFE] : []
            let wide = mark + body.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            let type = charset.isEmpty ? "application/json" : "application/json; charset=\(charset)"
            let answer = try await BridgeWorld.request(own, method: "POST", body: wide, headers: ["Content-Type": type])
            #expect(answer.status == 200)
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            try await world.store.probe(at: .current)
            for secret in secrets {
                #expect(try world.surroundings.files(holding: secret).isEmpty)
                let spaced = secret.map { "\($0)" }.joined(separator: "\0")
                #expect(try world.surroundings.files(holding: spaced).isEmpty)
            }
        }
    }

    @Test func `a valid token without its transaction is 200 and told as unmatched`() async throws {
        try await BridgeWorld.run { world in
            let id = TransactionID(at: .current, random: 7)
            let ring = try CallbackKeyFile.ring(at: world.configuration.callbacks.keyFile, random: systemRandom)
            let url = CallbackURL(publicURL: world.configuration.http.publicURL, keys: ring).url(for: id)
            let body = BridgeWorld.approval(customID: id.description, idPosTxs: "936101")
            #expect(try await world.callBack(url, body) == 200)
            let event = try await world.events.first("it is unmatched") {
                $0.routingKey == "callback.unmatched.cl.main.-.-"
            }
            #expect(event.data["customId"]?.string == id.description)
            #expect(event.data["idPosTxs"]?.string == "936101")
            // What the bridge keeps of it holds no run of digits, in no member.
            #expect(body.contains("550062700310"))
            #expect(try world.surroundings.files(holding: "550062700310").isEmpty)
            #expect(try await world.callBack(url, "no JSON") == 200)
            try await eventually("both are counted") {
                try await world.metric(#"callbacks_total{outcome="unmatched"}"#) == 2
            }
        }
    }

    @Test(arguments: [("<html>ok</html>", 200), (String(repeating: " ", count: 300_000), 413)])
    func `a callback that cannot be read forbids another POST after a busy terminal`(
        _ body: String,
        _ status: Int
    ) async throws {
        try await BridgeWorld.run(configure: { $0.submit.busyRetryAfter = .seconds(20) }) { world in
            // The answer to each POST of 411 says that the terminal is busy.
            let command = ChargeCommand(amount: 15_411)
            try await world.send(command)
            _ = try await world.events.first("it waits") {
                $0.commandID == command.commandID && $0.status == "waiting"
            }
            #expect(try await world.callBack(try await world.webhook(of: command.commandID), body) == status)
            let doubt = try await world.events.first("it is in doubt") {
                $0.commandID == command.commandID && $0.status == "in_doubt"
            }
            #expect(doubt.data["reason"]?["code"]?.string == "no_acknowledgement")
            let transaction = try #require(try await world.transaction(of: command.commandID))
            #expect(transaction.state == .inDoubt)
            #expect(transaction.posting.attempts == 1)
            #expect(world.simulator.ledger.summary.posts == 1)
        }
    }

    @Test func `a source outside the allowed ones is 403`() async throws {
        try await BridgeWorld.run(
            configure: { $0.callbacks.allowedSources = [CIDR("10.0.0.0/8")].compactMap(\.self) }
        ) { world in
            let (command, own) = try await submitted(world)
            #expect(try await world.callBack(own, BridgeWorld.approval()) == 403)
            let final = try await world.events.final(of: command.commandID)
            #expect(final.data["evidence"]?.string == "query")
        }
    }

    @Test func `while the store cannot commit it is 503 and no command is taken; then both go on`() async throws {
        try await Surroundings.run { surroundings in
            try await surroundings.withFailingStore { world, store in
                let (command, own) = try await submitted(world)
                store.fillDisk(true)
                let answer = try await BridgeWorld.request(
                    own,
                    method: "POST",
                    body: Array(BridgeWorld.approval().utf8)
                )
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == "5")
                let second = ChargeCommand(terminal: BridgeWorld.terminal(2))
                try await world.send(second)
                let parts = try await world.health("/readyz/commands?verbose")
                #expect(parts.status == 503)
                #expect(parts.text.contains("[-] store:"))
                #expect(try await world.health("/readyz").status == 200)
                try await eventually("the command waits in the queue") {
                    try await world.virtualHost.depth(of: world.configuration.commands.queue) == 1
                }
                store.fillDisk(false)
                #expect(try await world.callBack(own, BridgeWorld.approval(terminal: command.terminal)) == 200)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
                world.simulator.controls.releaseCallbacks()
                #expect(try await world.events.final(of: second.commandID).status == "approved")
                #expect(try await world.posts(of: second.commandID).count == 1)
            }
        }
    }
}

extension Surroundings {
    /// The files of the folder (store, log, keys) in which a text stands.
    func files(holding text: String) throws -> [String] {
        let needle = Data(text.utf8)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { try Data(contentsOf: $0).range(of: needle) != nil }
            .map(\.lastPathComponent)
    }
}
