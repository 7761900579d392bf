// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// The transactions that a worker has in hand, from the look before the POST to its end; no other worker takes them up.
///
/// The durable step before each POST keeps two workers from sending one command twice. But the second worker's look at
/// the terminal would come during the first one's POST.
///
/// *Limits*: as many as there are workers.
struct WorkInHand: Sendable {
    private let takenAgain = NIOLockedValueBox<[TransactionID: Bool]>([:])

    /// Takes one up; `false` if another worker has it, which is told so when it puts it down.
    func take(_ id: TransactionID) -> Bool {
        takenAgain.withLockedValue { takenAgain in
            guard takenAgain[id] == nil else {
                takenAgain[id] = true
                return false
            }
            takenAgain[id] = false
            return true
        }
    }

    /// Puts one down; `true` if it was to be taken up again meanwhile.
    func putDown(_ id: TransactionID) -> Bool {
        takenAgain.withLockedValue { $0.removeValue(forKey: id) ?? false }
    }
}
