// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Names for new transactions, each greater than all before it, so that lists show them in the order of acceptance.
///
/// That is so within a millisecond, and after the clock was set back. Names decide nothing: the commit gives a command
/// its place in the lane (decision 0016).
final class AscendingNames: Sendable {
    private let last = NIOLockedValueBox<TransactionID?>(nil)

    /// The next name.
    func next(at now: Timestamp, random: UInt128) -> TransactionID {
        let fresh = TransactionID(at: now, random: random)
        return last.withLockedValue { last in
            let next = last.map { max(fresh, $0.successor) } ?? fresh
            last = next
            return next
        }
    }

    /// Lets the next name come after one that was given by an earlier process.
    func follow(_ name: TransactionID) {
        last.withLockedValue { $0 = max($0 ?? name, name) }
    }
}
