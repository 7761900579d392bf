// SPDX-License-Identifier: Apache-2.0

/// What a whole number stands for where Getnet writes an amount.
///
/// Source: docs/getnet.md 12.1.
public enum AmountUnit: String, Sendable, Hashable, CaseIterable {
    /// ISO 4217 minor units, as in our own messages.
    case minor
    /// Whole units of the currency, a hundred minor ones each; an amount with a fraction cannot be written.
    case major

    private var size: Int64 { self == .minor ? 1 : 100 }

    /// The number that stands for so many minor units; `nil` where it would be a fraction.
    public func number(ofMinorUnits value: Int64) -> Int64? {
        value.isMultiple(of: size) ? value / size : nil
    }

    /// The minor units that a number stands for; `nil` where they are too many for 64 bits.
    public func minorUnits(ofNumber number: Int64) -> Int64? {
        let (value, overflow) = number.multipliedReportingOverflow(by: size)
        return overflow ? nil : value
    }
}
