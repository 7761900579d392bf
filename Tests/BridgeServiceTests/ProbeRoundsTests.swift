// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeService

@Suite("Rounds of the consumer's probe")
struct ProbeRoundsTests {
    private let start = ContinuousClock.now
    private var rounds = ProbeRounds()

    private func sight(
        deliveryAt seconds: Int? = nil,
        isBusy: Bool = false,
        canPublish: Bool = true,
        subscribedAt subscription: Int? = 0
    ) -> ProbeRounds.Sight {
        ProbeRounds.Sight(
            subscribedAt: subscription.map { start + .seconds($0) },
            lastDelivery: seconds.map { start + .seconds($0) },
            isBusy: isBusy,
            canPublish: canPublish
        )
    }

    private mutating func step(_ second: Int, _ sight: ProbeRounds.Sight) -> ProbeRounds.Step {
        rounds.step(at: start + .seconds(second), sight)
    }

    @Test("6: a consumer that gets nothing is found within 15 s, and believed again at the next delivery")
    mutating func silence() {
        var steps: [Int: ProbeRounds.Step] = [:]
        for second in 0...10 {
            let step = step(second, sight())
            if step != .nothing { steps[second] = step }
        }
        #expect(steps == [4: .publish, 10: .renew])
        #expect(rounds.fault?.hasPrefix("connected but not consuming") == true)
        // A new subscription alone proves nothing.
        _ = step(12, sight(subscribedAt: 11))
        #expect(rounds.fault != nil)
        _ = step(13, sight(deliveryAt: 12, subscribedAt: 11))
        #expect(rounds.fault == nil)
    }

    @Test mutating func `any delivery is an answer, and nothing is asked while they come`() {
        #expect(step(5, sight()) == .publish)
        #expect(step(6, sight(deliveryAt: 6)) == .nothing)
        for second in 7...60 { #expect(step(second, sight(deliveryAt: second - 1)) == .nothing) }
        #expect(step(64, sight(deliveryAt: 59)) == .publish)
        #expect(rounds.fault == nil)
    }

    @Test
    mutating func
        `without a subscription, with something in hand, or while publishers are blocked nothing is concluded`()
    {
        for other in [sight(isBusy: true), sight(canPublish: false), sight(subscribedAt: nil)] {
            #expect(step(100, other) == .nothing)
        }
        #expect(step(100, sight()) == .publish)
        #expect(step(104, sight(canPublish: false)) == .nothing)
        #expect(step(108, sight(canPublish: false)) == .nothing)
        #expect(rounds.fault == nil)
    }

    @Test
    mutating func
        `where a probe is forbidden the subscription is renewed instead, and it is tried again after ten minutes`()
    {
        #expect(step(5, sight()) == .publish)
        rounds.forbidden("403", at: start + .seconds(5))
        #expect(rounds.refusal == "403")
        #expect(step(14, sight()) == .nothing)
        #expect(step(15, sight()) == .renew)
        #expect(step(16, sight(subscribedAt: 15)) == .nothing)
        #expect(step(30, sight(subscribedAt: 15)) == .renew)
        #expect(step(605, sight(subscribedAt: 600)) == .publish)
        #expect(rounds.fault == nil)
    }
}
