// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AMQPClient

@Suite struct `A publish window` {
    private var limits: PublishLimits {
        var limits = PublishLimits()
        limits.inFlightMessages = 3
        limits.inFlightBytes = 100
        return limits
    }

    @Test func `it is bounded by count and by bytes`() {
        var window = PublishWindow(limits)
        window.enter(bytes: 60)
        #expect(window.admits(bytes: 40))
        #expect(!window.admits(bytes: 41))
        window.enter(bytes: 1)
        window.enter(bytes: 1)
        #expect(!window.admits(bytes: 0))
        window.leave(bytes: 60)
        #expect(window.admits(bytes: 98))
    }

    @Test func `a message larger than the window goes alone`() {
        var window = PublishWindow(limits)
        #expect(window.admits(bytes: 1000))
        window.enter(bytes: 1000)
        #expect(!window.admits(bytes: 0))
        window.leave(bytes: 1000)
        window.enter(bytes: 1)
        #expect(!window.admits(bytes: 1000))
    }

    @Test func `while the broker blocks nothing enters`() {
        var window = PublishWindow(limits)
        window.blocked = "low on memory"
        #expect(!window.admits(bytes: 0))
        window.blocked = nil
        #expect(window.admits(bytes: 0))
    }
}

@Suite struct `A reconnect schedule` {
    @Test func `the wait doubles up to the longest and stays there`() {
        var schedule = ReconnectSchedule()
        let delays = (0..<9).map { _ in schedule.delay(afterConnectionLasting: nil, random: 1) }
        let expected = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5].map { Duration.milliseconds($0 * 1000) }
        #expect(delays == expected)
    }

    @Test func `the wait is spread between half and whole`() {
        var random = SeededGenerator.printed()
        for _ in 0..<1000 {
            var schedule = ReconnectSchedule()
            let delay = schedule.delay(
                afterConnectionLasting: nil,
                random: .random(in: 0...1, using: &random)
            )
            #expect((Duration.milliseconds(50)...Duration.milliseconds(100)).contains(delay))
        }
    }

    @Test func `a connection that lasted starts it anew, one that broke at once does not`() {
        var schedule = ReconnectSchedule()
        for _ in 0..<5 { _ = schedule.delay(afterConnectionLasting: nil, random: 1) }
        let soon = schedule.delay(afterConnectionLasting: .seconds(1), random: 1)
        let late = schedule.delay(afterConnectionLasting: .seconds(5), random: 1)
        #expect(soon == .milliseconds(3200))
        #expect(late == .milliseconds(100))
    }
}
