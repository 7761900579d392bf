// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import BridgeCore
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import BridgeService

/// An answer of one of the bridge's ports.
struct PortAnswer: Sendable {
    let status: Int
    let headers: [String: String]
    let text: String

    var json: JSON { (try? JSONParser.parse(Array(text.utf8))) ?? .null }

    /// The answer, after it is noted for the check against the contract.
    fileprivate func noted(_ path: String) -> PortAnswer {
        Transcript.ports.append(
            answer: Array(text.utf8),
            to: path,
            status: status,
            contentType: headers["content-type"]
        )
        return self
    }
}

extension BridgeWorld {
    /// Sends a request and reads the whole answer.
    static func request(
        _ url: String,
        method: String = "GET",
        body: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> PortAnswer {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let answer = try await response.body.collect(upTo: 4 * 1_024 * 1_024)
        return PortAnswer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            text: String(buffer: answer)
        )
    }

    /// POSTs a callback as Getnet does.
    @discardableResult
    func callBack(_ url: String, _ body: String) async throws -> Int {
        try await Self.request(
            url,
            method: "POST",
            body: Array(body.utf8),
            headers: ["content-type": "application/json"]
        ).status
    }

    /// A port of the bridge, when it is bound: the bridge binds its ports one after the other.
    private func bound(_ name: String, _ port: () -> Int?) async throws -> Int {
        try await eventually("the \(name) port is bound", within: Self.patience) { port() != nil }
        // This stays outside `#require`, which would print the whole bridge.
        let number = port()
        return try #require(number)
    }

    /// Asks the health port.
    func health(_ path: String) async throws -> PortAnswer {
        let port = try await bound("health") { bridge.healthPort }
        return try await Self.request("http://127.0.0.1:\(port)\(path)").noted(path)
    }

    /// Asks the admin port with the token of the tests.
    func admin(_ path: String, token: String? = "admin-token-of-the-tests") async throws -> PortAnswer {
        let port = try await bound("admin") { bridge.adminPort }
        return try await Self.request(
            "http://127.0.0.1:\(port)\(path)",
            headers: token.map { ["authorization": "Bearer \($0)"] } ?? [:]
        ).noted(path)
    }

    /// POSTs to the admin port with the token of the tests.
    func decide(
        _ path: String,
        _ body: String = "",
        token: String? = "admin-token-of-the-tests"
    ) async throws -> PortAnswer {
        let port = try await bound("admin") { bridge.adminPort }
        return try await Self.request(
            "http://127.0.0.1:\(port)\(path)",
            method: "POST",
            body: Array(body.utf8),
            headers: token.map { ["authorization": "Bearer \($0)"] } ?? [:]
        ).noted(path)
    }

    /// The value of a counter or a gauge; 0 if it never counted.
    func metric(_ series: String) async throws -> Double {
        let lines = try await health("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix("getnet_bridge_\(series) ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
    }

    /// An approval of a charge as Getnet writes it.
    static func approval(
        customID: String? = nil,
        idPosTxs: String? = nil,
        amount: Int64 = 15_000,
        authorization: String = "A00001",
        operation: Int = 17,
        terminal: String = "80005000"
    ) -> String {
        let names = [
            customID.map { #""customId":"\#($0)""# }, idPosTxs.map { #""idPosTxs":\#($0)"# },
        ].compactMap(\.self).map { $0 + "," }.joined()
        return """
            {"code":1,"message":"SUCCESS",\(names)"data":{"response":{"functionCode":100,"responseCode":0,\
            "responseMessage":"Aprobado","commerceCode":550062700310,"terminalId":"\(terminal)",\
            "authorizationCode":"\(authorization)","amount":\(amount),"last4Digits":42,"operationId":\(operation),\
            "cardType":"CR","cardBrand":"MC","date":"2026-11-22 07:12:31","transToken":"T\(authorization)"}}}
            """
    }
}
