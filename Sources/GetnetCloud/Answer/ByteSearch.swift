// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Whether a word stands somewhere in these bytes.
    ///
    /// Made for short ones: `contains` of a string builds a table each time, which took as long as the rest of a
    /// charge.
    func hold(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        guard count >= word.count else { return false }
        for start in 0...(count - word.count) where self[start] == first {
            var length = 1
            while length < word.count, self[start + length] == word[length] { length += 1 }
            if length == word.count { return true }
        }
        return false
    }
}
