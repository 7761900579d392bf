// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import MemoryLedger
internal import Shop

/// Plays random histories over several transactions: `shop-histories COUNT [FIRST-SEED]`.
///
/// All themes in turns, on all cores; then each rule is taken away, and the first seed that shows it is printed. Ends
/// with 1 where a promise is broken or a missing rule is not found.
@main
enum Main {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let count = arguments.first ?? 100_000
        let first = arguments.dropFirst().first ?? UInt64.random(in: 0...UInt64.max / 2)
        print("histories: \(count), seeds from \(first)")
        let begin = ContinuousClock.now
        guard await play(count, from: first) else { exit(1) }
        print("every promise kept in \(begin.duration(to: .now))")
        var isFound = true
        for rule in ShopRule.all {
            let seed = rule.firstSeed
            print(
                "without \(rule.rule.rawValue): \(seed.map { "found by history \($0) of \(rule.theme.rawValue)" } ?? "NOT FOUND")"
            )
            isFound = isFound && seed != nil
        }
        exit(isFound ? 0 : 1)
    }

    /// Whether each history keeps every promise.
    private static func play(_ count: UInt64, from first: UInt64) async -> Bool {
        let players: UInt64 = 8
        return await withTaskGroup(of: Bool.self) { group in
            for player in 0..<players {
                group.addTask {
                    for number in stride(from: player, to: count, by: Int(players)) {
                        let theme = Shop.Theme.allCases[Int(number) % Shop.Theme.allCases.count]
                        guard let broken = Shop.broken(theme, seed: first + number) else { continue }
                        print("\(theme.rawValue), seed \(first + number): \(broken)")
                        return false
                    }
                    return true
                }
            }
            return await group.reduce(true) { $0 && $1 }
        }
    }
}
