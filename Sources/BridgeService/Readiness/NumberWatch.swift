// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Notices that Getnet's numbers begin anew: a number that named a final transaction names another one.
///
/// Each such number decides by our `customId`, which it comes with. Where many do, a test environment was set up anew,
/// or two environments are mixed up. *Isolation*: any task.
final class NumberWatch: Sendable {
    /// How long after the last one a person should still know of it.
    static let remembered = Duration.seconds(24 * 3_600)

    private struct Repeats {
        var count = 0
        var latest: ContinuousClock.Instant
    }

    private let accounts = NIOLockedValueBox<[String: Repeats]>([:])

    /// How many numbers came a second time since the start.
    var count: Int { accounts.withLockedValue { $0.values.reduce(0) { $0 + $1.count } } }

    /// What a person should know; `nil` where no number came a second time of late.
    func remark(at now: ContinuousClock.Instant = .now) -> String? {
        let recent = accounts.withLockedValue { accounts in
            accounts.filter { now - $0.value.latest < Self.remembered }.sorted { $0.key < $1.key }
        }
        guard !recent.isEmpty else { return nil }
        let accounts = recent.map { "\($0.key): \($0.value.count)" }.joined(separator: ", ")
        return "numbers of Getnet's that name a second transaction: \(accounts); did they begin anew?"
    }

    /// Looks at whether a number had another owner before.
    func note(_ transition: Transition, at now: ContinuousClock.Instant = .now) {
        guard transition.formerOwner != nil else { return }
        let account = transition.transaction.command.content.account
        accounts.withLockedValue { accounts in
            accounts[account, default: Repeats(latest: now)].count += 1
            accounts[account]?.latest = now
        }
    }
}
