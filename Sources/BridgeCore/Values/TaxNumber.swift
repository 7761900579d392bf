// SPDX-License-Identifier: Apache-2.0

/// Chile's tax number of a person or a company, the RUT.
///
/// Source: docs/getnet.md 10.9.
enum TaxNumber {
    /// The longest that Getnet takes.
    static let longest = 12

    /// Whether a text is one, with or without dots, and its check digit fits.
    ///
    /// The digits are weighed from the right by 2 to 7 again and again. The check digit makes the sum a multiple of 11,
    /// with `K` for 10.
    static func isChilean(_ text: String) -> Bool {
        guard text.utf8.count <= longest else { return false }
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].utf8.count == 1, let check = halves[1].utf8.first else { return false }
        let digits = halves[0].utf8.filter { $0 != UInt8(ascii: ".") }
        guard (1...8).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }), hasDotsInPlace(halves[0])
        else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { $0 + Int($1.element - 48) * (2 + $1.offset % 6) }
        let expected: UInt8 =
            switch 11 - sum % 11 {
            case 11: UInt8(ascii: "0")
            case 10: UInt8(ascii: "k")
            case let digit: 48 + UInt8(digit)
            }
        return check.asciiLowercased == expected
    }

    /// Whether there are no dots, or one before every three digits.
    private static func hasDotsInPlace(_ number: Substring) -> Bool {
        let groups = number.split(separator: ".", omittingEmptySubsequences: false)
        return groups.count == 1
            || (1...3).contains(groups[0].utf8.count) && groups.dropFirst().allSatisfy { $0.utf8.count == 3 }
    }
}
