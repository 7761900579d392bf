// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

@Suite struct `A transaction id` {
    @Test func `has 24 of its alphabet and ascends with time`() {
        var random = SeededGenerator.announced("transaction ids")
        var last = TransactionID(at: Timestamp(milliseconds: 0), random: 0)
        var instant = Timestamp.sample
        for _ in 0..<500 {
            instant = instant + .milliseconds(Int.random(in: 1...100_000_000, using: &random))
            let id = TransactionID(at: instant, random: UInt128.random(in: 0...UInt128.max, using: &random))
            #expect(id.description.utf8.count == TransactionID.length)
            #expect(id.description.allSatisfy { "0123456789abcdefghijklmnopqrstuvwxyz".contains($0) })
            #expect(last < id)
            #expect(TransactionID(id.description) == id)
            last = id
        }
    }

    @Test func `differs by its random part within one millisecond`() {
        let ids = Set((0..<1_000).map { TransactionID(at: .sample, random: UInt128($0)) })
        #expect(ids.count == 1_000)
    }

    @Test(arguments: [
        "", "0", "0123456789abcdefghijklmnopq", "0123456789ABCDEFGHIJKLMN", "0123456789abcdefghijklm-",
        "0123456789abcdefghijklé", "0123456789abcdefghijklm\n",
    ])
    func `is read from its own shape alone`(_ text: String) {
        #expect(TransactionID(text) == nil)
    }
}

@Suite struct `An event id` {
    @Test func `is a UUIDv7 of its instant`() {
        var random = SeededGenerator.announced("event ids")
        for _ in 0..<200 {
            let id = EventID(at: .sample, random: UInt128.random(in: 0...UInt128.max, using: &random)).description
            #expect(UUID(uuidString: id) != nil)
            #expect(id == id.lowercased())
            #expect(id.utf8.count == 36)
            let plain = id.filter { $0 != "-" }
            #expect(Int64(plain.prefix(12), radix: 16) == Timestamp.sample.milliseconds)
            #expect(Array(id)[14] == "7")
            #expect("89ab".contains(Array(id)[19]))
        }
        #expect(EventID(at: .sample, random: 1) != EventID(at: .sample, random: 2))
    }

    @Test func `made from content is the same for ever, and differs with any part`() {
        let id = EventID(hashing: [Array("a".utf8), Array("bc".utf8)])
        #expect(id.description == "3fafa1cf-2f19-87c1-929b-eb20cf0983f7")
        #expect(EventID(hashing: [Array("ab".utf8), Array("c".utf8)]) != id)
        #expect(EventID(hashing: [Array("a".utf8), Array("bc".utf8), []]) != id)
        #expect(Array(id.description)[14] == "8")
        #expect(EventID(stored: id.description) == id)
    }
}

@Suite struct `A callback token` {
    private let id = TransactionID(at: .sample, random: 1)
    private let other = TransactionID(at: .sample, random: 2)

    private func key(_ name: String, _ byte: UInt8) throws -> CallbackKey {
        try #require(CallbackKey(id: name, secret: [UInt8](repeating: byte, count: 32)))
    }

    @Test func `opens its own transaction and no other`() throws {
        let ring = try #require(CallbackKeyRing([key("k1", 1)]))
        let token = ring.token(for: id)
        #expect(ring.accepts(token, for: id))
        #expect(!ring.accepts(token, for: other))
        #expect(ring.token(for: other) != token)
    }

    @Test func `is HMAC-SHA-256 over the id, as any program can compute it`() throws {
        let known = try #require(TransactionID("0mhabcdef0123456789abcde"))
        let ring = try #require(
            CallbackKeyRing([CallbackKey(id: "k1", secret: Array("0123456789abcdef".utf8))].compactMap { $0 })
        )
        #expect(ring.token(for: known) == "k1.mpdu7jlSmuszkkfXev5iDA")
    }

    @Test func `of an older key is still accepted, of an unknown one is not`() throws {
        let old = try #require(CallbackKeyRing([key("old", 1)]))
        let new = try #require(CallbackKeyRing([key("new", 2), key("old", 1)]))
        #expect(new.accepts(old.token(for: id), for: id))
        #expect(new.token(for: id).hasPrefix("new."))
        #expect(!old.accepts(new.token(for: id), for: id))
        let forged = try #require(CallbackKeyRing([key("new", 3)]))
        #expect(!new.accepts(forged.token(for: id), for: id))
    }

    @Test func `is accepted in its one spelling only`() throws {
        let ring = try #require(CallbackKeyRing([key("k1", 1)]))
        let token = ring.token(for: id)
        for index in token.indices {
            var wrong = token
            wrong.replaceSubrange(index...index, with: wrong[index] == "A" ? "B" : "A")
            #expect(!ring.accepts(wrong, for: id))
        }
        for wrong in [
            "", ".", "k1", "k1.", token + "A", token + "=", String(token.dropLast()), "." + token, " " + token,
        ] {
            #expect(!ring.accepts(wrong, for: id))
        }
    }

    @Test func `leaves the URL below 200 characters`() throws {
        let name = String(repeating: "k", count: CallbackKey.longestID)
        let ring = try #require(CallbackKeyRing([key(name, 1)]))
        let url =
            "https://payments.merchant.example/getnet/bridge/production/callbacks/\(id)?token=\(ring.token(for: id))"
        #expect(url.utf8.count < 200)
    }

    @Test func `needs a proper key`() throws {
        let secret = [UInt8](repeating: 1, count: 16)
        #expect(CallbackKey(id: "k", secret: secret) != nil)
        #expect(CallbackKey(id: "k", secret: Array(secret.dropLast())) == nil)
        for name in ["", "k.1", "k 1", "k/1", "é", String(repeating: "k", count: 17)] {
            #expect(CallbackKey(id: name, secret: secret) == nil)
        }
        #expect(CallbackKeyRing([]) == nil)
        #expect(try CallbackKeyRing([key("k", 1), key("k", 2)]) == nil)
    }
}
