// SPDX-License-Identifier: Apache-2.0

import Rig

/// Which terminals' clocks are off in a run, and by how much.
///
/// Some by so little that the rows of one sale stand where another one of the same amount is looked for, some by more
/// than any tolerance. Drawn from a generator of its own, so that everything else of a seed stays what it is.
struct PlannedClocks: Sendable, Equatable {
    /// Runs of which one has such terminals.
    static let every: UInt64 = 3
    /// Seconds that a clock may be ahead; beside the tolerance of one second.
    static let offsets = [-300, -20, -6, -3, 3, 6, 20, 300]

    /// Seconds ahead, by idTerminal.
    private(set) var ahead: [String: Int] = [:]

    /// The clocks of these terminals in the run of a seed.
    init(of terminals: Set<String>, seed: UInt64) {
        guard seed % Self.every == 2 else { return }
        var random = SeededGenerator(seed: ~seed)
        for terminal in terminals.sorted() where Bool.random(using: &random) {
            ahead[terminal] = Self.offsets[Int.random(in: 0..<Self.offsets.count, using: &random)]
        }
    }

    /// How the simulator is told.
    var words: [String] {
        ahead.sorted { $0.key < $1.key }.flatMap { ["--clock-skew", "\($0.key)=\($0.value)"] }
    }
}
