// SPDX-License-Identifier: Apache-2.0

internal import GetnetCloud
internal import Logging

/// Keeps every account logged in, from the start, without waiting for a command.
///
/// It leaves commands in their queue while no account can be logged in without a person.
///
/// A login that failed is made again with the account's back-off, so that the obstacle goes away by itself.
/// *Source*: `docs/decisions/0014-an-account-that-is-held.md`.
struct CloudWatch: Watch {
    /// How often it looks.
    static let interval = Duration.milliseconds(250)

    let clouds: [CloudClient]
    let standing: CloudStanding
    let gate: CommandGate
    let logger: Logger

    func look() {
        for cloud in clouds { cloud.prepareToken() }
        if let reason = standing.reasonToHold {
            guard gate.close(.cloud, because: reason) else { return }
            logger.error("no command is taken", metadata: [LogKey.obstacle: "cloud: \(reason)"])
        } else if gate.open(.cloud) {
            logger.info("an obstacle to commands is gone", metadata: [LogKey.obstacle: "cloud"])
        }
    }
}
