// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import BridgeCore
import GetnetSimulator
import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import ServiceLifecycle

@testable import BridgeService
@testable import BridgeSettings

/// Stands between a bridge and the simulator.
///
/// It gives out the tokens itself, and answers some requests in the simulator's place.
final class CloudProxy: Service {
    /// A request of the bridge.
    struct Asked: Sendable {
        let path: String
        let isQuestion: Bool
        let body: String
        let at: ContinuousClock.Instant

        /// The word of the command: the last part of the path.
        var command: String { path.split(separator: "/").last.map(String.init) ?? "" }
    }

    /// An answer in the simulator's place.
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String] = [:]
        var body = ""
    }

    private struct State {
        var rule: @Sendable (Asked) -> Answer? = { _ in nil }
        var requests: [Asked] = []
        var generation = 0
        /// The simulator's token behind ours.
        var upstream = ""
    }

    private let port: Int
    private let simulator: String
    private let state = NIOLockedValueBox(State())

    init(simulator: String) throws {
        port = try freePort()
        self.simulator = simulator
    }

    var baseURL: String { "http://127.0.0.1:\(port)/api" }

    /// From now on the proxy answers each request for which the rule has an answer.
    func answer(_ rule: @escaping @Sendable (Asked) -> Answer?) { state.withLockedValue { $0.rule = rule } }

    /// From now on every request goes to the simulator.
    func answerNothing() { answer { _ in nil } }

    /// Another holder of the credentials logs in: the bridge's token is not valid any more.
    func takeToken() { state.withLockedValue { $0.generation += 1 } }

    /// What the bridge asked the cloud for.
    func requests(_ command: String) -> [Asked] {
        state.withLockedValue { state in state.requests.filter { $0.command == command } }
    }

    func run() async throws {
        let server = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await self.respond(to: request)
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: BridgeWorld.quiet
        )
        try await server.run()
    }

    private func respond(to request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 256 * 1_024)
        let seen = Asked(
            path: request.uri.path,
            isQuestion: request.method == .get,
            body: String(buffer: body),
            at: .now
        )
        let rule = state.withLockedValue { state in
            state.requests.append(seen)
            return state.rule
        }
        if let answer = rule(seen) { return Self.response(answer) }
        guard seen.command != "auth" else { return try await logIn(request, body) }
        let (expected, upstream) = state.withLockedValue { ("Bearer p-\($0.generation)", $0.upstream) }
        guard request.headers[.authorization] == expected else { return Self.response(Answer(status: 401)) }
        return Self.response(try await forward(request, body, token: upstream))
    }

    private func logIn(_ request: Request, _ body: ByteBuffer) async throws -> Response {
        let answer = try await forward(request, body, token: nil)
        let json = try? JSONParser.parse(Array(answer.body.utf8))
        guard let upstream = json?["data"]?["token"]?.string else { return Self.response(answer) }
        let generation = state.withLockedValue { state in
            state.upstream = upstream
            state.generation += 1
            return state.generation
        }
        return Self.response(
            Answer(status: 200, body: #"{"code":1,"data":{"token":"p-\#(generation)","expires_in":86400}}"#)
        )
    }

    private func forward(
        _ request: Request,
        _ body: ByteBuffer,
        token: String?
    ) async throws -> Answer {
        var onward = HTTPClientRequest(url: simulator + request.uri.path.dropFirst("/api".count))
        onward.method = .init(rawValue: request.method.rawValue)
        for field in request.headers where field.name != .contentLength && field.name != .authorization {
            onward.headers.add(name: field.name.rawName, value: field.value)
        }
        if let token { onward.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if request.method != .get { onward.body = .bytes(body) }
        let response = try await HTTPClient.shared.execute(onward, timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: 1_024 * 1_024))
        return Answer(status: Int(response.status.code), body: text)
    }

    private static func response(_ answer: Answer) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body))
        )
    }
}

extension BridgeWorld {
    /// Runs a test with a bridge whose cloud is behind a proxy.
    static func runBehindProxy(
        simulate: @escaping (inout SimulatorConfiguration) -> Void = { _ in },
        configure: @escaping @Sendable (inout BridgeConfiguration) -> Void = { _ in },
        isSettled: Bool = true,
        before: @escaping @Sendable (CloudProxy) -> Void = { _ in },
        _ test: @escaping @Sendable (BridgeWorld, CloudProxy) async throws -> Void
    ) async throws {
        try await Surroundings.run(simulate: simulate) { surroundings in
            let proxy = try CloudProxy(simulator: surroundings.configuration.cloud.baseURL)
            before(proxy)
            try await serving([proxy]) {
                try await surroundings.withBridge(
                    { configuration in
                        configuration.cloud.baseURL = proxy.baseURL
                        configure(&configuration)
                    },
                    isSettled: isSettled
                ) { world in try await test(world, proxy) }
            }
        }
    }

    /// Sends charges, each to a terminal of its own, and returns their ids.
    func sendCharges(_ count: Int, from first: Int = 1) async throws -> [String] {
        var ids: [String] = []
        for number in first..<first + count {
            let command = ChargeCommand(terminal: Self.terminal(number))
            try await send(command)
            ids.append(command.commandID)
        }
        return ids
    }

    /// The readiness for commands, part by part.
    func commandParts() async throws -> String { try await health("/readyz/commands?verbose").text }
}
