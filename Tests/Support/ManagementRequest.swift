// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOPosix

/// One request to RabbitMQ's management API, in HTTP/1.0: there the answer ends with the connection.
struct ManagementRequest: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private static let answerMax = 4 * 1024 * 1024

    let method: String
    let path: String
    let body: String

    /// On a machine where all tests begin at once, the server may close a connection before it serves it.
    private static let tries = 5

    func send(to port: Int) async throws -> Data {
        for _ in 1..<Self.tries {
            do {
                return try await sendOnce(to: port)
            } catch is ChannelError {
                // The tests may repeat each of their requests.
                continue
            }
        }
        return try await sendOnce(to: port)
    }

    private func sendOnce(to port: Int) async throws -> Data {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await part in inbound where answer.readableBytes < Self.answerMax {
                answer.writeImmutableBuffer(part)
            }
            return try content(of: Data(answer.readableBytesView))
        }
    }

    private var text: String {
        """
        \(method) /api/\(path) HTTP/1.0\r
        Authorization: Basic \(Data("guest:guest".utf8).base64EncodedString())\r
        Content-Type: application/json\r
        Content-Length: \(body.utf8.count)\r
        \r
        \(body)
        """
    }

    private func content(of answer: Data) throws -> Data {
        let end = Data("\r\n\r\n".utf8)
        guard let head = answer.range(of: end) else {
            throw Failed(description: "\(method) \(path): no answer")
        }
        let status = String(decoding: answer.prefix(while: { $0 != UInt8(ascii: "\r") }), as: UTF8.self)
        let words = status.split(separator: " ")
        guard words.count > 1, let code = Int(words[1]), (200..<300).contains(code) else {
            throw Failed(description: "\(method) \(path): \(status)")
        }
        return answer[head.upperBound...]
    }
}
