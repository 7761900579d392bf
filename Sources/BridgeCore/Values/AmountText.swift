// SPDX-License-Identifier: Apache-2.0

extension Money {
    /// The amount with its currency for people: `15,990 CLP`, `159.90 ARS`.
    public var text: String { AmountText.of(value, currency.rawValue) }
}

/// Amounts as people read them.
public enum AmountText {
    /// The amount with thousands apart, and decimals where the currency has minor units.
    public static func of(_ value: Int64, _ currency: String) -> String {
        let hasMinorUnits = Currency(rawValue: currency) != .clp
        let magnitude = value.magnitude
        let whole = grouped(hasMinorUnits ? magnitude / 100 : magnitude)
        let minor = magnitude % 100
        let fraction = hasMinorUnits ? (minor < 10 ? ".0\(minor)" : ".\(minor)") : ""
        return "\(value < 0 ? "-" : "")\(whole)\(fraction) \(currency)"
    }

    private static func grouped(_ number: UInt64) -> String {
        guard number >= 1_000 else { return String(number) }
        let rest = String(number % 1_000)
        return grouped(number / 1_000) + "," + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
