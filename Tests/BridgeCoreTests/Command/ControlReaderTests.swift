// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite("Control messages")
struct ControlReaderTests {
    private static let id = TransactionID(at: .sample, random: 7)

    private func read(
        _ text: String,
        routingKey: String = "cancel",
        replyTo: String? = nil
    ) -> Result<ControlRequest, CommandRejection> {
        let message = CommandMessage(
            exchange: "getnet.control",
            routingKey: routingKey,
            body: Array(text.utf8),
            contentType: "application/json",
            address: ReplyAddress(replyTo: replyTo)
        )
        let rules = CommandReader.Rules(
            accounts: Accounts(.sample),
            maxBytes: 4_096,
            maxAge: .seconds(120),
            ownQueues: ["getnet-bridge.control"]
        )
        do throws(CommandRejection) {
            return .success(try ControlReader(rules: rules).read(message))
        } catch {
            return .failure(error)
        }
    }

    private func faults(_ result: Result<ControlRequest, CommandRejection>) -> [String] {
        guard case .failure(let rejection) = result else { return [] }
        return rejection.faults.map { "\($0.path) \($0.code.rawValue)" }
    }

    @Test func `a cancel names a transaction or a command`() throws {
        let byID = try read(
            #"{"type":"cancel","commandId":"x-1","original":{"transactionId":"\#(Self.id)"},"metadata":{"a":1}}"#,
            routingKey: "cancel.main"
        ).get()
        #expect(byID.verb == .cancel)
        #expect(byID.original == .transaction(Self.id))
        #expect(byID.commandID == "x-1")
        #expect(byID.account == "main")
        #expect(byID.metadata == Array(#"{"a":1}"#.utf8))
        let byCommand = try read(#"{"type":"cancel","account":"main","original":{"commandId":"c-1"}}"#).get()
        #expect(byCommand.original == .command("c-1"))
        #expect(byCommand.commandID == nil)
    }

    @Test(arguments: [
        (#"{"type":"cancel"}"#, ["original required"]),
        (#"{"type":"cancel","original":{}}"#, ["original invalid_format"]),
        (#"{"original":{"commandId":"c"}}"#, ["type required"]),
        (
            #"{"type":"cancel","original":{"commandId":"c","transactionId":"012345678901234567890123"}}"#,
            ["original invalid_format"]
        ),
        (#"{"type":"cancel","original":{"transactionId":"0123"}}"#, ["original.transactionId invalid_format"]),
        (#"{"type":"cancel","original":{"transactionId":null}}"#, ["original.transactionId null"]),
        (#"{"type":"cancel","original":{"commandId":"no spaces"}}"#, ["original.commandId invalid_format"]),
        (#"{"type":"charge","original":{"commandId":"c"}}"#, ["type wrong_exchange"]),
        (#"{"type":"refund","original":{"commandId":"c"}}"#, ["type wrong_exchange"]),
        (#"{"type":"nonsense","original":{"commandId":"c"}}"#, ["type unknown_type"]),
        (
            #"{"type":"status","account":"other","original":{"commandId":"c","more":1},"extra":true}"#,
            [
                "type type_mismatch", "account unknown_account", "original.more unknown_member",
                "extra unknown_member", "reply_to required",
            ]
        ),
    ])
    func `every fault is told at once`(_ text: String, _ expected: [String]) {
        #expect(Set(faults(read(text))) == Set(expected))
    }

    @Test func `a status needs somewhere to answer to, and not the bridge itself`() throws {
        let text = #"{"type":"status","original":{"commandId":"c-1"}}"#
        #expect(faults(read(text, routingKey: "status")) == ["reply_to required"])
        #expect(
            faults(read(text, routingKey: "status", replyTo: "getnet-bridge.control")) == ["reply_to invalid_reply_to"]
        )
        #expect(try read(text, routingKey: "status", replyTo: "mine").get().verb == .status)
    }

    @Test(arguments: ["cancel", "status"])
    func `the command queue refuses them and says where they go`(_ type: String) {
        let message = CommandMessage.sample(CommandFixture.text(("type", "\"\(type)\"")), routingKey: type)
        #expect(CommandFixture.read(message).faults == ["type wrong_exchange"])
    }

    @Test func `the answer about an unknown transaction repeats its id for the same message`() throws {
        let request = try read(
            #"{"type":"status","commandId":"x-1","original":{"commandId":"c-1"},"metadata":{"a":1}}"#,
            routingKey: "status",
            replyTo: "mine"
        ).get()
        let message = CommandMessage(exchange: "getnet.control", routingKey: "status", body: [1])
        let event = EventSamples.writer.statusNotFound(request, of: message, at: .sample)
        #expect(event.id == EventSamples.writer.statusNotFound(request, of: message, at: .sample + .seconds(9)).id)
        #expect(event.name.text == "status.not_found")
        #expect(
            try EventSamples.equal(
                event.data,
                #"{"commandId":"x-1","type":"status","original":{"commandId":"c-1"},"account":"main","metadata":{"a":1}}"#
            )
        )
    }
}
