// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq
import Testing

@testable import AMQPClient

@Suite("Short strings off the wire")
struct ShortStringTests {
    private func read(_ bytes: [UInt8]) -> String {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe String(short: amqp_bytes_t(len: raw.count, bytes: raw.baseAddress))
        }
    }

    @Test(arguments: [0, 1, 84, 85, 86, 255])
    func `whatever bytes came in, the text can be sent on`(count: Int) {
        let text = read([UInt8](repeating: 0xFF, count: count))
        #expect(text.utf8.count == min(count * 3, 255))
        var message = AMQPMessage(exchange: text, routingKey: text, mandatory: false, body: [])
        message.properties.correlationID = text
        message.properties.contentType = text
        message.properties.headers[text] = .string(text)
        #expect(message.encodingFault == nil)
    }

    @Test func `text that is UTF-8 stays as it is, cut nowhere`() {
        let longest = String(repeating: "ñ", count: 127) + "x"
        #expect(read(Array(longest.utf8)) == longest)
    }
}
