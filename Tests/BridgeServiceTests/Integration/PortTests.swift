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

@Suite("Health and admin ports")
struct PortTests {
    /// The names of the metrics, which are stable (docs/promises.md 6.3).
    private static let names = [
        "ready", "transactions", "transactions_total", "transaction_duration_seconds", "in_doubt",
        "in_doubt_oldest_seconds", "waiting_oldest_seconds", "outbox_events", "outbox_oldest_seconds", "events_total",
        "replies_total",
        "commands_total", "command_age_seconds", "callbacks_total", "evidence_total", "cloud_requests_total",
        "cloud_request_duration_seconds", "login_failures_total", "amqp_connected", "amqp_blocked",
        "amqp_reconnects_total", "dead_letters_total", "contradictions_total", "store_commit_seconds", "store_bytes",
        "build_info",
    ]

    @Test func `the health port tells readiness, every metric and the version`() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            try await world.send(command)
            _ = try await world.events.final(of: command.commandID)
            _ = try await world.health("/livez")
            let port = world.bridge.healthPort
            let health = try #require(port)
            for path in ["/livez", "/readyz", "/readyz/commands"] {
                #expect(try await world.health(path).status == 200)
                // G: a load balancer may ask with HEAD. The port answers it like GET, without a body.
                let head = try await BridgeWorld.request("http://127.0.0.1:\(health)\(path)", method: "HEAD")
                #expect(head.status == 200 && head.text.isEmpty, "\(path)")
            }
            let parts = try await world.health("/readyz/commands?verbose").text.split(separator: "\n")
            #expect(parts.filter { $0.hasPrefix("[+] ") }.count == CommandGate.Obstacle.allCases.count + 5)
            #expect(try await world.health("/version").json["version"]?.string == BuildInfo.version)
            #expect(try await world.health("/v1/transactions").status == 404)

            let page = try await world.health("/metrics")
            #expect(page.headers["content-type"]?.hasPrefix("text/plain") == true)
            let types = page.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
                $0.split(separator: " ")[2]
            }
            for name in Self.names { #expect(types.contains("getnet_bridge_\(name)"), "\(name)") }
            #expect(types.contains { $0.hasPrefix("process_") })
            let sample = /[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9eE+.\-]+(Inf|NaN)?/
            for line in page.text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.wholeMatch(of: sample) != nil, "\(line)")
            }
            #expect(!page.text.contains("80005000"))
            #expect(try await world.metric(#"ready{condition="commands"}"#) == 1)
        }
    }

    @Test func `without a broker callbacks are accepted and commands are not`() async throws {
        try await Surroundings.run { surroundings in
            let closed = try freePort()
            try await surroundings.withBridge(
                { $0.amqp.hosts = [AMQPEndpoint.HostAndPort(host: "127.0.0.1", port: closed)] },
                isSettled: false
            ) { world in
                try await eventually("the listener is bound") {
                    world.bridge.healthPort != nil && world.bridge.listenerPort != nil
                }
                try await eventually("callbacks are accepted") { try await world.health("/readyz").status == 200 }
                try await eventually("the broker is named") {
                    let parts = try await world.health("/readyz/commands?verbose")
                    return parts.status == 503 && parts.text.contains("[-] publisher: not connected")
                }
                let id = TransactionID(at: .current, random: 7)
                let ring = try CallbackKeyFile.ring(at: world.configuration.callbacks.keyFile, random: systemRandom)
                let url = CallbackURL(publicURL: world.configuration.http.publicURL, keys: ring).url(for: id)
                #expect(try await world.callBack(url, BridgeWorld.approval()) == 200)
            }
        }
    }

    @Test func `the admin port lists by every filter, turns pages and shows a story`() async throws {
        // A callback decides, also on a slow machine.
        try await BridgeWorld.run(configure: { $0.reconcile.firstQueryAfter = .seconds(60) }) { world in
            var commands: [ChargeCommand] = []
            for number in 0..<5 {
                let command = ChargeCommand(
                    terminal: BridgeWorld.terminal(number + 1),
                    amount: number == 4 ? 15_101 : 15_000
                )
                commands.append(command)
                try await world.send(command)
            }
            for command in commands { _ = try await world.events.final(of: command.commandID) }
            let found = { (query: String) async throws -> [String] in
                let answer = try await world.admin("/v1/transactions?\(query)")
                #expect(answer.status == 200, "\(query): \(answer.text)")
                guard case .array(let list) = answer.json["transactions"] else { return [] }
                return list.compactMap { $0["commandId"]?.string }
            }
            #expect(try await found("commandId=\(commands[1].commandID)") == [commands[1].commandID])
            #expect(try await found("reference=\(commands[2].reference)") == [commands[2].commandID])
            #expect(try await found("status=declined") == [commands[4].commandID])
            #expect(try await found("terminal=\(commands[3].terminal)") == [commands[3].commandID])
            #expect(try await found("since=2199-01-01T00:00:00Z").isEmpty)
            #expect(try await found("since=2020-01-01T00:00:00Z").count == 5)

            var seen: [String] = []
            var cursor: String?
            repeat {
                let answer = try await world.admin("/v1/transactions?limit=2\(cursor.map { "&cursor=\($0)" } ?? "")")
                guard case .array(let list) = answer.json["transactions"] else { break }
                seen += list.compactMap { $0["commandId"]?.string }
                cursor = answer.json["nextCursor"]?.string
            } while cursor != nil
            #expect(seen.count == 5)
            #expect(Set(seen) == Set(commands.map(\.commandID)))

            let id = try #require(try await world.transaction(of: commands[0].commandID)?.id)
            let story = try await world.admin("/v1/transactions/\(id)").json
            #expect(story["transaction"]?["status"]?.string == "approved")
            guard case .array(let evidence) = story["evidence"], case .array(let events) = story["events"] else {
                Issue.record("a story without evidence and events")
                return
            }
            #expect(evidence.first?["source"]?.string == "callback")
            #expect(events.count == 3)
            for path in ["?status=paid", "?limit=0", "?limit=501", "?cursor=x", "?since=today", "?nonsense=1"] {
                #expect(try await world.admin("/v1/transactions\(path)").status == 400, "\(path)")
            }
            #expect(try await world.admin("/v1/transactions/000000000000000000000000").status == 404)
        }
    }

    @Test func `the admin port refuses a request without the token, and every request while none is configured`()
        async throws
    {
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge { world in
                let refused = try await world.admin("/v1/transactions", token: nil)
                #expect(refused.status == 401)
                #expect(refused.headers["www-authenticate"] == "Bearer")
                #expect(try await world.admin("/v1/transactions", token: "admin-token-of-the-testz").status == 401)
                #expect(try await world.admin("/v1/transactions").status == 200)
            }
            try await surroundings.withBridge({ $0.admin.token = nil }) { world in
                let refused = try await world.admin("/v1/transactions")
                #expect(refused.status == 403)
            }
        }
    }
}
