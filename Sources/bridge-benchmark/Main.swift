// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The measurements of `deploy/benchmark` and `deploy/disturb`, each a verb of its own.
@main
struct BridgeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge-benchmark",
        abstract: "Measures a running bridge, and the floor under it.",
        subcommands: [
            Charges.self, DeadTerminals.self, HTTPFloorServer.self, HTTPFloorClient.self, BrokerFloor.self,
            StoreFloor.self, PacedCharges.self,
        ]
    )
}

/// Why a measurement is worth nothing.
struct Failed: Error, CustomStringConvertible {
    let description: String
}

/// Prints a figure: what it is, then the number.
func figure(_ name: String, _ value: Double) {
    let digits = (value * 1_000).rounded() / 1_000
    print(name, digits == digits.rounded() ? String(Int64(digits)) : String(digits))
}

/// Prints the median and the 99th percentile of samples.
func figures(_ name: String, percentilesOf samples: [Double]) {
    guard !samples.isEmpty else { return }
    let sorted = samples.sorted()
    for percent in [50, 99] {
        // Nearest rank: the smallest sample that so many are not above.
        let rank = (sorted.count * percent + 99) / 100
        figure("\(name)_p\(percent)", sorted[rank - 1])
    }
}
