// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetCloud
import Logging
import NIOConcurrencyHelpers
import Testing

/// Keeps what is logged.
private struct LogBook: LogHandler {
    let lines: NIOLockedValueBox<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = "\(event.message) \(event.metadata ?? [:])"
        lines.withLockedValue { $0.append(line) }
    }
}

@Suite struct `A text that is not known` {
    @Test func `is counted each time and shown once, masked`() async throws {
        let lines = NIOLockedValueBox<[String]>([])
        let counted = NIOLockedValueBox<[CloudOperation]>([])
        let script: RawServer.Script = {
            switch $0.path {
            case let path where path.hasSuffix("/auth"): Fixture.login()
            case let path where path.hasSuffix("/details"): .http(200, Fixture.fault("LISTA VACIA"))
            default: .http(200, Fixture.fault("TARJETA 4567891234567890 RARA"))
            }
        }
        try await RawServer.running(script) { server in
            let client = try CloudClient(
                configuration: Fixture.configuration(server.baseURL),
                logger: Logger(label: "test", factory: { _ in LogBook(lines: lines) }),
                onUnknownText: { operation in counted.withLockedValue { $0.append(operation) } }
            )
            let transaction = try Fixture.transaction()
            for _ in 0..<3 { _ = await client.charge(transaction, callbackURL: "https://x.test") }
            _ = await client.status(idPosTxs: "936101")
            let terminal = transaction.command.content.terminal
            _ = await client.readJournal(.details, of: terminal, customID: "j-1")
            await client.shutdown()
        }
        #expect(counted.withLockedValue { $0 } == [.sale, .sale, .sale, .query, .journal])
        let shown = lines.withLockedValue { $0 }
        #expect(shown.count { $0.contains("TARJETA [digits] RARA") } == 1)
        #expect(shown.count { $0.contains("LISTA VACIA") } == 1)
        #expect(!shown.contains { $0.contains("4567891234567890") })
    }

    @Test func `is none that an operator added`() async throws {
        let counted = NIOLockedValueBox(0)
        let reply = RawServer.Reply.http(200, Fixture.fault("Operación en curso, espere (15 SEGUNDOS)"))
        try await RawServer.running({ $0.path.hasSuffix("/auth") ? Fixture.login() : reply }) { server in
            var configuration = Fixture.configuration(server.baseURL)
            var profile = configuration.account.profile
            profile.messages.append(CloudLiteral("OPERACION EN CURSO, ESPERE", .terminalBusy, origin: .operator))
            configuration.account = Account(name: "main", profile: profile, environment: "uat")
            let client = try CloudClient(
                configuration: configuration,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                onUnknownText: { _ in counted.withLockedValue { $0 += 1 } }
            )
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .notStarted(.init(.terminalBusy, isTransient: true)))
            await client.shutdown()
        }
        #expect(counted.withLockedValue { $0 } == 0)
    }
}
