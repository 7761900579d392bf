// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import BridgeCore
internal import BridgeSettings
internal import NIOCore
internal import NIOHTTP1

/// The admin port of the bridge that runs, through which everything is changed, so that one process writes.
struct AdminPort {
    /// How long an answer may take.
    static let patience = TimeAmount.seconds(30)
    /// How long a connection may take.
    static let connectPatience = TimeAmount.seconds(5)
    /// A longer answer is not read, in bytes.
    static let answerLimit = 8 * 1_024 * 1_024

    private let address: String
    private let token: String

    /// The port that a configuration names.
    ///
    /// - Throws: `Failure` without a token.
    init(_ configuration: BridgeConfiguration) throws(Failure) {
        guard let token = configuration.admin.token else {
            throw Failure(.configuration, "admin.token is not set, so the bridge takes no decision")
        }
        let host = Self.reachable(configuration.admin.host)
        address = "http://\(host.contains(":") ? "[\(host)]" : host):\(configuration.admin.port)"
        self.token = token.exposed
    }

    /// An address to listen at is not always one to call.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    /// Asks for a change and reads the answer.
    ///
    /// - Throws: `Failure` in the words of the bridge.
    func post(_ path: String, _ body: [UInt8] = []) async throws(Failure) -> JSON {
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body))
        let (status, answer) = try await execute(request)
        let json = (try? JSONParser.parse(answer)) ?? .null
        guard status != 200 else { return json }
        throw Failure(Self.exit(status), json["detail"]?.string ?? "the admin port answered \(status)")
    }

    private func execute(_ request: HTTPClientRequest) async throws(Failure) -> (status: UInt, body: [UInt8]) {
        var configuration = HTTPClient.Configuration(timeout: .init(connect: Self.connectPatience))
        // A bridge that does not listen does not run.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        let result: Result<(UInt, [UInt8]), Failure>
        do {
            let response = try await client.execute(request, timeout: Self.patience)
            let bytes = try await response.body.collect(upTo: Self.answerLimit)
            result = .success((response.status.code, Array(bytes.readableBytesView)))
        } catch {
            result = .failure(Failure(.unavailable, "no bridge answers at \(address): \(error)"))
        }
        // What was asked for is done, or not; how the connection ends changes nothing.
        try? await client.shutdown()
        return try result.get()
    }

    private static func exit(_ status: UInt) -> ExitStatus {
        switch status {
        case 400, 409: .data
        case 401, 403: .permission
        default: .unavailable
        }
    }
}
