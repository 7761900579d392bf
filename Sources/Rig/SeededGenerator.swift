// SPDX-License-Identifier: Apache-2.0

/// Random numbers that the printed seed repeats (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    /// What the sequence was begun with.
    public let seed: UInt64
    private var state: UInt64

    /// Begins the sequence of a seed.
    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// Begins the sequence of a seed, or of a new one, and prints it so that a failure can be repeated.
    public static func announced(_ purpose: String, seed: UInt64? = nil) -> SeededGenerator {
        let seed = seed ?? UInt64.random(in: 0...UInt64.max)
        print("\(purpose): seed \(seed)")
        return SeededGenerator(seed: seed)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
