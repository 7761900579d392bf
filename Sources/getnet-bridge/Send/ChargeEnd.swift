// SPDX-License-Identifier: Apache-2.0

/// What was known of a charge when the command stopped waiting for it.
struct ChargeEnd: Equatable {
    let status: ExitStatus
    /// There if no bridge said anything.
    var silence: ChargeSilence?
}

/// What is known of a command that no bridge said anything about.
struct ChargeSilence: Equatable {
    /// Where it lies.
    let queue: String
    /// Whether the broker confirmed that it has it.
    let isConfirmed: Bool
    /// How many consumers the queue has; `nil` if the broker does not tell.
    let consumers: Int?

    /// What it means, for people.
    func text(_ repetition: String, startsNothing: Bool) -> String {
        let place = "\(isConfirmed ? "lies" : "may lie") in the queue \(queue)"
        var lines = ["No bridge answered: the command \(place) and may still be taken until it expires."]
        switch consumers {
        case 0: lines.append("The queue has no consumer: no bridge takes commands now.")
        case 1: lines.append("The queue has 1 consumer.")
        case let consumers?: lines.append("The queue has \(consumers) consumers.")
        case nil: break
        }
        lines.append("\(startsNothing ? "" : "Do NOT repeat it with another id. ")Safe to repeat: \(repetition)")
        return lines.joined(separator: "\n")
    }
}
