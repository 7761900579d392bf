// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Requests to a port of this machine.
struct LoopbackHTTP: Sendable {
    private static let bodyMax = 16 * 1024 * 1024

    let port: Int

    /// Status and body of an answer; `nil` if none comes.
    func get(_ path: String) async -> (status: Int, text: String)? {
        await send(HTTPClientRequest(url: url(path)))
    }

    /// Status and body of the answer to a POST; `nil` if none comes.
    func post(_ path: String, _ body: String = "") async -> (status: Int, text: String)? {
        var request = HTTPClientRequest(url: url(path))
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        return await send(request)
    }

    /// The status alone; 0 if no answer comes.
    func status(_ path: String) async -> Int { await get(path)?.status ?? 0 }

    private func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    private func send(_ request: HTTPClientRequest) async -> (status: Int, text: String)? {
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: Self.bodyMax)
            return (Int(response.status.code), String(buffer: body))
        } catch {
            return nil
        }
    }
}
