// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import GetnetSimulator
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

extension Logger {
    /// A logger that says nothing.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A running simulator, a merchant's webhook and a client, over real sockets.
struct SimulatedWorld {
    let simulator: Simulator
    let receiver: WebhookReceiver
    let client: HTTPClient
    let baseURL: String
    let webhook: String

    /// Starts everything, runs a body, and stops everything after it.
    static func run(
        _ configuration: SimulatorConfiguration = .fast,
        webhookAnswers: [Int] = [],
        _ body: (SimulatedWorld) async throws -> Void
    ) async throws {
        let simulator = Simulator(configuration: configuration, logger: .quiet)
        let receiver = WebhookReceiver(answering: webhookAnswers)
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        let client = HTTPClient(configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        let services = ServiceGroup(
            services: [simulator, receiver.application { found.yield($0) }],
            logger: .quiet
        )
        let result = await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            do {
                let baseURL = try await simulator.baseURL()
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                let world = SimulatedWorld(
                    simulator: simulator,
                    receiver: receiver,
                    client: client,
                    baseURL: baseURL,
                    webhook: "http://127.0.0.1:\(port)/callbacks/1?token=t"
                )
                try await body(world)
                await services.triggerGracefulShutdown()
                return Result<Void, any Error>.success(())
            } catch {
                await services.triggerGracefulShutdown()
                return .failure(error)
            }
        }
        try await client.shutdown()
        try result.get()
    }

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        /// The body as a JSON object; empty if it is none.
        var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        }

        var code: Int? { object["code"] as? Int }
        var message: String? { object["message"] as? String }
        var data: [String: Any] { object["data"] as? [String: Any] ?? [:] }
        var result: [String: Any] { data["response"] as? [String: Any] ?? [:] }
    }

    static let headers: HTTPHeaders = ["env": "uat", "country": "cl", "app": "posintegrado"]

    private var countryHeaders: HTTPHeaders {
        var headers = Self.headers
        headers.replaceOrAdd(name: "country", value: simulator.configuration.country)
        return headers
    }

    func send(
        _ method: HTTPMethod,
        _ url: String,
        _ headers: HTTPHeaders = [:],
        body: String? = nil,
        timeout: TimeAmount = .seconds(10)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: timeout)
        let bytes = try await response.body.collect(upTo: 1_024 * 1_024)
        return Answer(status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
    }

    func logIn(
        _ form: String = "clientId=demo-client&clientSecret=demo%2Bsecret%2F2026%3D%3D"
    ) async throws -> Answer {
        var headers = countryHeaders
        headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        return try await send(.POST, baseURL + "/postxs/auth", headers, body: form)
    }

    func token() async throws -> String {
        try #require(try await logIn().data["token"] as? String)
    }

    private func good(_ token: String?) async throws -> String {
        if let token { token } else { try await self.token() }
    }

    /// POSTs a sale.
    func sell(
        _ amount: Int,
        customID: String = "sale-1",
        ticket: String = "A0001",
        terminal: TerminalIdentity = .documented,
        webhook: String? = nil,
        token: String? = nil,
        timeout: TimeAmount = .seconds(10)
    ) async throws -> Answer {
        let body = """
            {"idTerminal":"\(terminal.idTerminal)","idSucursal":\(terminal.idSucursal),\
            "serialNumber":"\(terminal.serialNumber)","command":100,"amount":\(amount),"ticketNumber":"\(ticket)",\
            "printOnPos":false,"saleType":1,"employeeId":1,"customId":"\(customID)",\
            "webhook":"\(webhook ?? self.webhook)"}
            """
        return try await post(body, token: good(token), timeout: timeout)
    }

    func post(_ body: String, token: String, timeout: TimeAmount = .seconds(10)) async throws -> Answer {
        try await send(.POST, baseURL + "/postxs/sale", authorized(token), body: body, timeout: timeout)
    }

    func authorized(_ token: String) -> HTTPHeaders {
        var headers = countryHeaders
        headers.add(name: "Content-Type", value: "application/json")
        headers.add(name: "Authorization", value: "Bearer \(token)")
        return headers
    }

    /// POSTs a command without a webhook, unless its members have one; it waits for a busy terminal.
    func command(
        _ command: TerminalCommand,
        _ members: String = "",
        terminal: TerminalIdentity = .documented,
        token: String? = nil,
        timeout: TimeAmount = .seconds(10)
    ) async throws -> Answer {
        let token = try await good(token)
        var answer: Answer?
        try await eventually {
            let latest = try await send(
                .POST,
                baseURL + "/postxs/\(command.rawValue)",
                authorized(token),
                body: Self.body(of: command, members, terminal: terminal),
                timeout: timeout
            )
            answer = latest
            return latest.message?.hasPrefix("OPERATION IN PROGRESS") != true
        }
        return try #require(answer)
    }

    /// The body of a command; it has a `customId`, except for the one command that has none.
    static func body(
        of command: TerminalCommand,
        _ members: String = "",
        terminal: TerminalIdentity = .documented
    ) -> String {
        let customID = command == .mode ? "" : ",\"customId\":\"cmd-1\""
        let others = members.isEmpty ? "" : "," + members
        return """
            {"idTerminal":"\(terminal.idTerminal)","idSucursal":\(terminal.idSucursal),\
            "serialNumber":"\(terminal.serialNumber)","command":\(command.number)\(customID)\(others)}
            """
    }

    /// Sells and waits for the approval.
    func sold(_ amount: Int = 15_990, customID: String = "sale-1", ticket: String = "A0001") async throws -> Paid {
        let count = receiver.callbacks.count
        let answer = try await sell(amount, customID: customID, ticket: ticket)
        let callback = try #require(try await callbacks(count + 1).last)
        try #require(callback.result["responseCode"] as? Int == 0, "\(answer.text) \(callback.body)")
        return Paid(
            operationID: try #require(callback.result["operationId"] as? Int),
            authorizationCode: try #require(callback.result["authorizationCode"] as? String),
            day: String(try #require(callback.result["realDate"] as? String).prefix(10))
        )
    }

    /// A payment as its callback names it.
    struct Paid {
        let operationID: Int
        let authorizationCode: String
        let day: String
    }

    func query(_ idPosTxs: Any?, token: String? = nil) async throws -> Answer {
        let id = try #require(idPosTxs)
        return try await send(.GET, baseURL + "/PosTxs/\(id)", authorized(good(token)))
    }

    /// Waits until callbacks have arrived.
    func callbacks(_ count: Int) async throws -> [WebhookReceiver.Callback] {
        try await eventually { receiver.callbacks.count >= count }
        return receiver.callbacks
    }

    /// Waits until a condition holds.
    func eventually(
        within limit: Duration = .seconds(10),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            if ContinuousClock.now > deadline {
                Issue.record("the condition did not hold in \(limit)", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

extension SimulatorConfiguration {
    /// The real cloud, a thousand times faster.
    static let fast: SimulatorConfiguration = {
        var configuration = SimulatorConfiguration()
        configuration.timeScale = 0.001
        return configuration
    }()

    func with(_ change: (inout SimulatorConfiguration) -> Void) -> SimulatorConfiguration {
        var configuration = self
        change(&configuration)
        return configuration
    }
}

extension WebhookReceiver.Callback {
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
    var code: Int? { object["code"] as? Int }
    var data: [String: Any] { object["data"] as? [String: Any] ?? [:] }
    var result: [String: Any] { data["response"] as? [String: Any] ?? [:] }
}
