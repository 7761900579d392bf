// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// Notices terminals whose clock is off, by the time that their sales show.
///
/// The rows of such a terminal's journal are judged by what its other sales say of its clock (decision 0013). Where
/// none says anything a doubt there needs a person, so that the clock is named before there is a doubt. *Isolation*:
/// any task.
final class TerminalClockWatch: Sendable {
    /// How many terminals are kept at most; for more it is only said that there are more.
    static let terminalLimit = 1_000
    /// How many are named in one sentence.
    static let namedAtOnce = 3

    private struct Place: Hashable {
        let account: String
        let terminal: String
    }

    private let off = NIOLockedValueBox<[Place: ClockOffset]>([:])
    private let tolerance: Duration
    private let logger: Logger

    /// A watch that lets clocks be off by `tolerance` without a word.
    init(tolerance: Duration, logger: Logger) {
        self.tolerance = tolerance
        self.logger = logger
    }

    /// How many terminals have a clock that is off.
    var count: Int { off.withLockedValue(\.count) }

    /// What a person should know; `nil` while every clock that was seen is right.
    var remark: String? {
        let all = off.withLockedValue { $0 }
        guard !all.isEmpty else { return nil }
        let named = all.sorted { ($0.key.terminal, $0.key.account) < ($1.key.terminal, $1.key.account) }
            .prefix(Self.namedAtOnce).map { "\($0.key.terminal) (\($0.value.text))" }
        let more = all.count > named.count ? " and \(all.count - named.count) more" : ""
        return "terminals whose clock is off: \(named.joined(separator: ", "))\(more); set them right"
    }

    /// Looks at the time that a sale shows, and says once when it begins and ends to be wrong.
    func note(_ transition: Transition) {
        let sale = transition.transaction
        guard let offset = transition.clockOffset else { return }
        let isOff = offset.isOffInEveryZone(by: tolerance)
        // This is the usual case.
        if !isOff, off.withLockedValue(\.isEmpty) { return }
        let content = sale.command.content
        let place = Place(account: content.account, terminal: content.terminal.idTerminal)
        let wasOff = off.withLockedValue { off in
            let wasOff = off[place] != nil
            if !isOff {
                off[place] = nil
            } else if wasOff || off.count < Self.terminalLimit {
                off[place] = offset
            }
            return wasOff
        }
        guard isOff != wasOff else { return }
        let metadata: Logger.Metadata = [
            LogKey.terminal: "\(place.terminal)", LogKey.account: "\(place.account)",
            LogKey.transaction: "\(sale.id)", LogKey.detail: "\(offset.text)",
        ]
        if isOff {
            logger.warning("a terminal's clock is off; set it right", metadata: metadata)
        } else {
            logger.info("a terminal's clock is right again", metadata: metadata)
        }
    }
}
