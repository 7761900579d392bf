// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetSimulator

@Suite("Callbacks as few clients send them")
struct CallbackCarriageTests {
    private func bytes(_ carriage: Dialect.Carriage, _ text: String = "{}") throws -> CallbackBytes {
        let url = "http://127.0.0.1:8080/callbacks/1?token=k.m"
        return try #require(CallbackBytes(CodedText(text, .plain), to: url, by: carriage))
    }

    private func head(_ carriage: Dialect.Carriage) throws -> String {
        String(decoding: try bytes(carriage).head, as: UTF8.self)
    }

    private static let common = "Host: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"

    @Test func `each way has its own bytes`() throws {
        let line = "POST /callbacks/1?token=k.m HTTP/1."
        #expect(
            try head(.chunked) == line + "1\r\n" + Self.common
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        #expect(
            try head(.expecting) == line + "1\r\n" + Self.common
                + "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        #expect(try head(.old) == line + "0\r\n" + Self.common + "Content-Length: 2\r\n\r\n")
        #expect(
            try head(.kept) == line + "1\r\n" + Self.common + "Content-Length: 2\r\nConnection: keep-alive\r\n\r\n"
        )
        #expect(
            String(decoding: try bytes(.chunked, "123456789").body, as: UTF8.self)
                == "1\r\n1\r\n2\r\n23\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n"
        )
        #expect(String(decoding: try bytes(.expecting, "{}").body, as: UTF8.self) == "{}")
    }

    @Test func `an answer is read up to its end, an interim one has no body`() {
        let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        #expect(CallbackAnswer(interim)?.status == 100)
        #expect(CallbackAnswer(interim + [1, 2])?.length == interim.count)
        let whole = Array("HTTP/1.1 503 Busy\r\nX: y\r\ncontent-length: 4\r\n\r\nwait".utf8)
        #expect(CallbackAnswer(whole)?.status == 503)
        #expect(CallbackAnswer(whole)?.length == whole.count)
        #expect(CallbackAnswer(Array("HTTP/1.0 200 OK\r\n\r\n".utf8))?.length == nil)
        #expect(CallbackAnswer(Array("HTTP/1.1 200".utf8)) == nil)
    }

    @Test(
        arguments: [Fault.callbackChunked, .callbackExpects, .callbackOld, .callbackKept]
    )
    func `a listener takes each of them`(fault: Fault) async throws {
        let configuration = SimulatorConfiguration.fast.with { $0.faults.probabilities = [fault: 1] }
        try await SimulatedWorld.run(configuration) { world in
            for number in 0..<3 {
                _ = try await world.sell(15_990, customID: "c-\(number)", ticket: "T\(number)")
                let callback = try #require(try await world.callbacks(number + 1).last)
                #expect(callback.data["customId"] as? String == "c-\(number)")
            }
            try await world.eventually { world.simulator.ledger.summary.callbacksAccepted == 3 }
        }
    }
}
