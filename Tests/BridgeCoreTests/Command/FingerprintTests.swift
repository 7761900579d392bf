// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// The bridge refuses a refused message again when it comes again, and refuses no other message for that.
@Suite struct `The fingerprint of a message` {
    private let message = CommandMessage.sample(#"{"commandId":"c-1"}"#)

    private func changed(_ change: (inout CommandMessage) -> Void) -> EventID {
        var other = message
        change(&other)
        return other.fingerprint
    }

    @Test func `is the same for the same bytes, whatever brokers added`() {
        #expect(changed { $0.headers["x-delivery-count"] = "3" } == message.fingerprint)
        #expect(changed { $0.firstDeath = .sample } == message.fingerprint)
        #expect(changed { $0.expiredAt = .sample } == message.fingerprint)
    }

    @Test func `differs where the publisher gave something else`() {
        let others = [
            changed { $0.body.append(0x20) }, changed { $0.fullSize += 1 }, changed { $0.routingKey = "charge.other" },
            changed { $0.exchange = "" }, changed { $0.contentType = nil }, changed { $0.messageID = "m-2" },
            changed { $0.timestamp = nil }, changed { $0.address.correlationID = "x" },
            changed { $0.headers["ce-id"] = "e-1" }, changed { $0.headers["ce-id"] = "e-2" },
            changed { $0.headers["cloudEvents:id"] = "e-1" }, changed { $0.headers["ce-time"] = "e-1" },
        ]
        #expect(Set(others + [message.fingerprint]).count == others.count + 1)
    }

    @Test func `stays what stores hold of earlier versions`() {
        let message = CommandMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            body: Array("{}".utf8),
            contentType: "application/json",
            messageID: "m-1",
            address: ReplyAddress(correlationID: "c-1")
        )
        // SHA-256 over all parts, each one behind its length in eight bytes, cut to a UUID.
        #expect(message.fingerprint.description == "f8dee955-0742-8fbc-9c19-1fa1d76b1301")
    }

    @Test func `tells parts apart that are equal when they are joined`() {
        let left = changed { ($0.exchange, $0.routingKey) = ("ab", "c") }
        let right = changed { ($0.exchange, $0.routingKey) = ("a", "bc") }
        #expect(left != right)
        let one = changed { $0.headers = ["ce-a": "1", "ce-b": "2"] }
        let two = changed { $0.headers = ["ce-a": "1ce-b2"] }
        #expect(one != two)
    }
}
