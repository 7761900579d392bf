// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Callback address")
struct CallbackAddressTests {
    private let id = TransactionID(at: Timestamp(milliseconds: 1_790_000_000_000), random: 42)

    @Test(arguments: ["https://pay.example.test", "https://pay.example.test/", "https://pay.example.test/getnet/in"])
    func `the URL that Getnet gets leads back to its transaction`(publicURL: String) throws {
        let key = try #require(CallbackKey(id: "k1", secret: Array("0123456789abcdef".utf8)))
        let keys = try #require(CallbackKeyRing([key]))
        let url = CallbackURL(publicURL: publicURL, keys: keys).url(for: id)
        let target = String(url.dropFirst("https://pay.example.test".count))
        let address = try #require(CallbackPath(publicURL: publicURL).read(target))
        #expect(address.id == id)
        #expect(address.token.map { keys.accepts($0, for: id) } == true)
        #expect(url.utf8.count <= ConfigurationRule.callbackURLLimit)
    }

    @Test func `a proxy may strip the public path or leave it`() {
        let path = CallbackPath(publicURL: "https://pay.example.test/getnet/in/")
        #expect(path.read("/getnet/in/callbacks/\(id)?token=k.m")?.id == id)
        #expect(path.read("/callbacks/\(id)?token=k.m")?.id == id)
    }

    @Test(arguments: ["/", "/callbacks", "/callbacks/", "/callbacks/a/b", "/other/callbacks/x", "/v1/transactions"])
    func `anything else is no callback`(target: String) {
        #expect(CallbackPath(publicURL: "https://pay.example.test").read(target) == nil)
    }

    @Test func `a name or a token without its shape is absent, not guessed`() {
        let path = CallbackPath(publicURL: "https://pay.example.test")
        #expect(path.read("/callbacks/NOT-AN-ID?token=k.m") == .init(id: nil, token: "k.m"))
        #expect(path.read("/callbacks/\(id)") == .init(id: id, token: nil))
        #expect(path.read("/callbacks/\(id)?other=1") == .init(id: id, token: nil))
    }

    @Test(
        "G: what RFC 3986 calls equivalent in our own URL leads to the same transaction",
        arguments: [
            "/c%61llbacks/ID?token=k.m", "/%63%61llbacks/ID?token=k%2Em", "/callbacks/ID?%74oken=k.m",
            "/x/../callbacks/./ID?token=k.m", "/callbacks/ID?a=b&token=k.m&utm=1", "/callbacks/ID?&token=k.m",
            "http://pay.example.test/callbacks/ID?token=k.m", "/../callbacks/ID?token=%6b.m",
            "/callbacks/%2e/ID?token=k.m",
        ]
    )
    func equivalentTargets(_ target: String) {
        let path = CallbackPath(publicURL: "https://pay.example.test")
        #expect(path.read(target.replacing("ID", with: "\(id)")) == .init(id: id, token: "k.m"))
    }

    @Test(
        "G: what RFC 3986 does not call equivalent is another URL",
        arguments: [
            "//callbacks/ID?token=k.m", "/callbacks%2FID?token=k.m", "/callbacks/ID/?token=k.m",
            "/Callbacks/ID?token=k.m",
            "/callbacks/ID%2F?token=k.m", "/callbacks/ID/..?token=k.m", "/call%6backs/ID?token=k.m",
            "/callbacks/%zz?token=k.m",
        ]
    )
    func otherTargets(_ target: String) {
        let path = CallbackPath(publicURL: "https://pay.example.test")
        #expect(path.read(target.replacing("ID", with: "\(id)"))?.id == nil)
    }

    @Test(
        "G: an escaped separator in a query is data",
        arguments: ["token%3Dk.m", "a=1%26token=k.m", "tokens=k.m", "token=%zz"]
    )
    func escapedSeparators(_ query: String) {
        let path = CallbackPath(publicURL: "https://pay.example.test")
        #expect(path.read("/callbacks/\(id)?\(query)") == .init(id: id, token: nil))
    }

    @Test func `a wrong token brings a query forward once a minute`() {
        let forwarding = QueryForwarding()
        #expect(forwarding.allows(id))
        #expect(!forwarding.allows(id))
        #expect(forwarding.allows(TransactionID(at: Timestamp(milliseconds: 1), random: 1)))
    }
}

@Suite("Callback key file")
struct CallbackKeyFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    private let id = TransactionID(at: Timestamp(milliseconds: 1), random: 1)

    private func path() throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder + "/callback-keys"
    }

    @Test func `is made at the first start and stays the same after it`() throws {
        let path = try path()
        let first = try CallbackKeyFile.ring(at: path, random: systemRandom)
        let second = try CallbackKeyFile.ring(at: path, random: systemRandom)
        #expect(second.accepts(first.token(for: id), for: id))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `two files never hold the same key`() throws {
        let path = try path()
        let first = try CallbackKeyFile.ring(at: path, random: systemRandom)
        let second = try CallbackKeyFile.ring(at: path + "-2", random: systemRandom)
        #expect(!second.accepts(first.token(for: id), for: id))
    }

    @Test func `a new first line signs, the old one is still accepted`() throws {
        let path = try path()
        try "old:0123456789abcdef\n".write(toFile: path, atomically: true, encoding: .utf8)
        let old = try CallbackKeyFile.ring(at: path, random: systemRandom).token(for: id)
        try "new:fedcba9876543210\nold:0123456789abcdef\n".write(toFile: path, atomically: true, encoding: .utf8)
        let ring = try CallbackKeyFile.ring(at: path, random: systemRandom)
        #expect(ring.token(for: id).hasPrefix("new."))
        #expect(ring.accepts(old, for: id))
    }

    @Test(arguments: ["", "k1\n", "k1:short\n", "a:0123456789abcdef\na:0123456789abcdef\n"])
    func `a file without its shape stops the start and is left as it is`(content: String) throws {
        let path = try path()
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: CallbackKeyFile.Fault.self) {
            try CallbackKeyFile.ring(at: path, random: systemRandom)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }
}
