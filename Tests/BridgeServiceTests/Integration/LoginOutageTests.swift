// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Hummingbird
import NIOConcurrencyHelpers
import ServiceLifecycle
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("A login that takes its time")
struct LoginOutageTests {
    /// Runs a test with a bridge whose cloud has got a login and has not answered it.
    private func whileLoggingIn(
        _ test: @escaping @Sendable (BridgeWorld, ChargeCommand, HesitantCloud, FailingStore) async throws -> Void
    ) async throws {
        try await Surroundings.run(configure: { $0.outbox.holdCommandsAfter = .seconds(2) }) { surroundings in
            let cloud = HesitantCloud(port: try freePort())
            try await serving([cloud]) {
                try await surroundings.withFailingStore({ $0.cloud.baseURL = cloud.baseURL }) { world, failing in
                    let command = ChargeCommand()
                    try await world.send(command)
                    try await eventually("a login is under way", within: BridgeWorld.patience) { cloud.logins == 1 }
                    try await test(world, command, cloud, failing)
                }
            }
        }
    }

    @Test func `a row is not marked before there is a token, so that a crash leaves no doubt`() async throws {
        try await whileLoggingIn { world, command, cloud, _ in
            try await eventually("the command is accepted", within: BridgeWorld.patience) {
                try await world.transaction(of: command.commandID) != nil
            }
            try await always("the row is as it was accepted", for: .milliseconds(500)) {
                guard let transaction = try await world.transaction(of: command.commandID) else { return false }
                return transaction.state == .accepted && transaction.posting.attempts == 0
            }
            cloud.answerLogins()
            try await eventually("the sale leaves", within: BridgeWorld.patience) { cloud.sales == 1 }
        }
    }

    @Test func `a POST does not leave once the gate closed, and leaves when it opens`() async throws {
        try await whileLoggingIn { world, command, cloud, store in
            store.hideOutbox(true)
            try await eventually("the outbox stands in the way", within: BridgeWorld.patience) {
                try await world.health("/readyz/commands?verbose").text.contains("[-] outbox: the outbox has not")
            }
            cloud.answerLogins()
            try await eventually("the POST ended", within: BridgeWorld.patience) {
                let transaction = try await world.transaction(of: command.commandID)
                return transaction?.posting.attempts == 1 && transaction?.state != .submitting(attempt: 1)
            }
            #expect(try await world.transaction(of: command.commandID)?.state == .accepted)
            #expect(cloud.sales == 0)
            store.hideOutbox(false)
            try await eventually("the sale leaves", within: BridgeWorld.patience) { cloud.sales == 1 }
        }
    }
}

/// A cloud that answers logins when the test says so, and acknowledges every sale.
private final class HesitantCloud: Service {
    private struct State {
        var isAnswering = false
        var logins = 0
        var sales = 0
    }

    private let port: Int
    private let state = NIOLockedValueBox(State())

    init(port: Int) {
        self.port = port
    }

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var logins: Int { state.withLockedValue(\.logins) }
    var sales: Int { state.withLockedValue(\.sales) }

    func answerLogins() { state.withLockedValue { $0.isAnswering = true } }

    func run() async throws {
        let router = Router()
        router.post("postxs/auth") { _, _ in
            self.state.withLockedValue { $0.logins += 1 }
            while !self.state.withLockedValue(\.isAnswering), !Task.isShuttingDownGracefully {
                try await Task.sleep(for: .milliseconds(10))
            }
            return #"{"code":1,"status":"OK","message":"LOGIN SUCCESSFUL","data":{"token":"t-1","expires_in":86400}}"#
        }
        router.post("postxs/sale") { request, _ in
            // The cloud counts a request only when it is whole.
            _ = try await request.body.collect(upTo: 64 * 1_024)
            self.state.withLockedValue { $0.sales += 1 }
            return #"{"code":1,"status":"OK","message":"TRANSACTION SENT","data":{"idPosTxs":936101}}"#
        }
        let server = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: BridgeWorld.quiet
        )
        try await server.run()
    }
}
