// SPDX-License-Identifier: Apache-2.0

/// Whether what is published to a queue comes back through its consumer, asked while nothing else comes.
///
/// Pure. A subscription can look sound and get nothing: the broker says nothing, no connection breaks, messages wait.
/// Any delivery is an answer. The longest silence before it is found is `idleLimit` and `answerLimit` together, below
/// 15 s.
struct ProbeRounds: Equatable {
    /// After this long without a delivery a probe is published.
    static let idleLimit = Duration.seconds(4)
    /// A probe that is not back after this long is lost.
    static let answerLimit = Duration.seconds(6)
    /// A queue to which no probe may be published has its subscription renewed this often.
    static let blindRenewal = Duration.seconds(15)
    /// Whether a probe may be published is tried again after this long; each try leaves a line in the broker's log.
    static let refusalLife = Duration.seconds(600)

    /// What is to be done.
    enum Step: Equatable {
        case nothing
        case publish
        /// Subscribe anew.
        case renew
    }

    /// What is seen of the consumer and the publisher.
    struct Sight: Equatable {
        /// When the subscription began; `nil` while there is none.
        var subscribedAt: ContinuousClock.Instant?
        var lastDelivery: ContinuousClock.Instant?
        /// Whether something is in hand: then the consumer is busy, not idle.
        var isBusy: Bool
        var canPublish: Bool
    }

    /// Why it is not believed that messages come; `nil` if nothing speaks against it.
    private(set) var fault: String?
    /// The broker's words if no probe may be published.
    private(set) var refusal: String?
    private var refusedAt: ContinuousClock.Instant?
    private var publishedAt: ContinuousClock.Instant?
    private var faultedAt: ContinuousClock.Instant?

    /// Answers what to do now.
    mutating func step(at now: ContinuousClock.Instant, _ sight: Sight) -> Step {
        if let faultedAt, let lastDelivery = sight.lastDelivery, lastDelivery > faultedAt {
            fault = nil
            self.faultedAt = nil
        }
        guard let subscribedAt = sight.subscribedAt else {
            publishedAt = nil
            return .nothing
        }
        let lastSign = max(subscribedAt, sight.lastDelivery ?? subscribedAt)
        if let published = publishedAt {
            if let lastDelivery = sight.lastDelivery, lastDelivery > published {
                publishedAt = nil
            } else if !sight.canPublish || sight.isBusy {
                // A broker that blocks publishers may still have it.
                publishedAt = nil
            } else if published.duration(to: now) >= Self.answerLimit {
                publishedAt = nil
                faultedAt = now
                fault =
                    "connected but not consuming: a message to its own queue did not come back within \(Self.answerLimit)"
                return .renew
            }
            return .nothing
        }
        guard !sight.isBusy else { return .nothing }
        let idle = lastSign.duration(to: now)
        if let refusedAt, refusedAt.duration(to: now) < Self.refusalLife {
            // A new subscription is all that can be done.
            return idle >= Self.blindRenewal ? .renew : .nothing
        }
        guard idle >= Self.idleLimit, sight.canPublish else { return .nothing }
        (refusal, refusedAt, publishedAt) = (nil, nil, now)
        return .publish
    }

    /// Notes that there was no connection for the probe.
    mutating func notPublished() {
        publishedAt = nil
    }

    /// Notes that the broker forbids probes, with its words.
    mutating func forbidden(_ words: String, at now: ContinuousClock.Instant) {
        (refusal, refusedAt, publishedAt) = (words, now, nil)
    }
}
