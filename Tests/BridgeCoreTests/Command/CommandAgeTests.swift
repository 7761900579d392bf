// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// A command that lay in the queue while the bridge was away must not wake a terminal.
@Suite struct `How old a command is` {
    private static func message(_ text: String = CommandFixture.text(), key: String = "charge.main") -> CommandMessage {
        var message = CommandMessage.sample(text, routingKey: key)
        message.timestamp = nil
        return message
    }

    private static func reader(requireTimestamp: Bool) -> CommandReader {
        CommandReader(
            rules: CommandReader.Rules(
                accounts: Accounts(.sample),
                maxBytes: 262_144,
                maxAge: .seconds(120),
                requireTimestamp: requireTimestamp,
                ownQueues: []
            )
        )
    }

    @Test("K1: each command that moves money must say it, unless the command says when it ends")
    func required() throws {
        #expect(CommandFixture.read(Self.message()).faults == ["expiresAt required"])
        let until = CommandFixture.text(("expiresAt", #""2026-11-22T10:13:00Z""#))
        let limited = try CommandFixture.read(Self.message(until)).get()
        #expect(limited.expiresAt == Timestamp("2026-11-22T10:13:00Z") && limited.isDated)
        let poll = CommandFixture.text(("type", #""poll""#), ("amount", nil), ("reference", nil))
        #expect(CommandFixture.read(Self.message(poll, key: "poll.main")).faults == [])
    }

    @Test("K1: the property, its first death or the envelope's time says it; the earliest counts")
    func sources() throws {
        var message = Self.message()
        message.timestamp = .sample - .seconds(30)
        #expect(try CommandFixture.read(message).get().expiresAt == .sample + .seconds(90))
        message.firstDeath = .sample - .seconds(60)
        #expect(try CommandFixture.read(message).get().expiresAt == .sample + .seconds(60))
        message.timestamp = nil
        #expect(try CommandFixture.read(message).get().expiresAt == .sample + .seconds(60))
        var event = Self.message(
            #"{"specversion":"1.0","id":"e-1","source":"/till","type":"x","time":"2026-11-22T10:11:00Z","data":"#
                + CommandFixture.text() + "}"
        )
        event.contentType = "application/cloudevents+json"
        #expect(try CommandFixture.read(event).get().expiresAt == Timestamp("2026-11-22T10:13:00Z"))
    }

    @Test("K1: milliseconds are out of range, because AMQP counts in seconds")
    func milliseconds() {
        var message = Self.message()
        message.timestamp = Timestamp(milliseconds: 1_795_342_351_000_000)
        #expect(CommandFixture.read(message).faults == ["timestamp out_of_range"])
    }

    @Test("K1: if it is not required, the command is good for maxAge after it was taken, and counts as undated")
    func notRequired() throws {
        let command = try Self.reader(requireTimestamp: false).read(Self.message(), acceptedAt: .sample)
        #expect(command.expiresAt == .sample + .seconds(120))
        #expect(!command.isDated)
    }

    @Test("K2: a worker may not repeat by itself a command that a person took back, or that came too late")
    func retryable() {
        #expect(!Reason(.cancelledBeforeStart).retryable)
        #expect(!Reason(.commandExpired).retryable)
        #expect(!Reason(.commandExpired, waitedFor: .terminalBusy).retryable)
        #expect(!Reason(.nobodyPaid).retryable)
        // The bridge still sends a command that waits.
        for code in [Reason.Code.laneOccupied, .terminalBusy, .tokenRejected] { #expect(!Reason(code).retryable) }
        #expect(Reason(.laneFull).retryable && Reason(.declinedByTerminal).retryable)
    }
}
