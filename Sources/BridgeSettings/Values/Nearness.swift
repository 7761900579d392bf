// SPDX-License-Identifier: Apache-2.0

/// Which of the known words the writer may have meant.
enum Nearness {
    /// The known word that is fewest slips of the keyboard away; nothing when even that is half another word.
    static func nearest(to word: String, among known: [String]) -> String? {
        let limit = max(2, word.count / 2)
        let measured = known.map { (word: $0, slips: slips(from: word.lowercased(), to: $0.lowercased())) }
        guard let best = measured.min(by: { $0.slips < $1.slips }), best.slips <= limit else { return nil }
        return best.word
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lie between two words.
    static func slips(from first: String, to second: String) -> Int {
        let (a, b) = (Array(first), Array(second))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
