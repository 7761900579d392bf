// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import AsyncHTTPClient
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Hummingbird doing nothing else than read a body and answer.
struct HTTPFloorServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http-server",
        abstract: "Answer POSTs with 200; /answer with a body, ?after=<ms> later; /usage tells the processor time."
    )

    @Option(help: "Port on 127.0.0.1.")
    var port: Int

    func run() async throws {
        var logger = Logger(label: "http-floor")
        logger.logLevel = .warning
        let application = Application(
            responder: FloorResponder(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger
        )
        try await application.runService()
    }
}

private struct FloorResponder: HTTPResponder {
    /// As long as an acknowledgement of Getnet.
    private static let answer =
        #"{"code":1,"message":"OK","data":{"idPosTxs":936101,"customId":"0123456789abcdefghijklmn"}}"#
    private static let bodyLimit = 256 * 1_024

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        if request.uri.path == "/usage" {
            return text("\(ProcessReading.ownProcessorMicroseconds())")
        }
        _ = try await request.body.collect(upTo: Self.bodyLimit)
        guard request.uri.path == "/answer" else { return Response(status: .ok) }
        if let delay = request.uri.queryParameters["after"].flatMap({ Int($0) }) {
            try await Task.sleep(for: .milliseconds(delay))
        }
        return text(Self.answer)
    }

    private func text(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}

/// AsyncHTTPClient doing nothing else than POST and read the answer.
struct HTTPFloorClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http-client",
        abstract: "POST to http-server; print what both processes used for a request."
    )

    @Option(help: "Base URL of http-server.")
    var server: String

    @Option(help: "Path of the POSTs.")
    var path: String

    @Option(help: "Size of their body in bytes.")
    var bodySize: Int

    @Option(help: "How many requests.")
    var requests: Int

    @Option(help: "How many at once.")
    var connections: Int

    @Option(help: "How many for each second; 0: as fast as they go. The client's share then holds its timers.")
    var rate = 0

    private static let answerLimit = 256 * 1_024

    func run() async throws {
        var settings = HTTPClient.Configuration()
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        let client = HTTPClient(configuration: settings)
        do {
            // The first requests open the connections.
            try await postAll(client, count: connections * 20)
            let serverBefore = try await serverUsage(client)
            let before = ProcessReading.ownProcessorMicroseconds()
            try await postAll(client, count: requests)
            let after = ProcessReading.ownProcessorMicroseconds()
            let serverAfter = try await serverUsage(client)
            figure("client_us", (after - before) / Double(requests))
            figure("server_us", (serverAfter - serverBefore) / Double(requests))
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func postAll(_ client: HTTPClient, count: Int) async throws {
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: bodySize)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    let start = ContinuousClock.now
                    for number in stride(from: connection, to: count, by: connections) {
                        if rate > 0 { try await Task.sleep(until: start + .seconds(1) * number / rate) }
                        try await post(client, body)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func post(_ client: HTTPClient, _ body: ByteBuffer) async throws {
        var request = HTTPClientRequest(url: server + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "authorization", value: "Bearer 0123456789abcdefghijklmnopqrstuv")
        request.body = .bytes(body)
        let response = try await client.execute(request, timeout: .seconds(30))
        guard response.status == .ok else { throw Failed(description: "answered \(response.status.code)") }
        _ = try await response.body.collect(upTo: Self.answerLimit)
    }

    private func serverUsage(_ client: HTTPClient) async throws -> Double {
        let response = try await client.execute(HTTPClientRequest(url: server + "/usage"), timeout: .seconds(30))
        let text = String(buffer: try await response.body.collect(upTo: Self.answerLimit))
        guard let usage = Double(text) else { throw Failed(description: "/usage answers \(text)") }
        return usage
    }
}
