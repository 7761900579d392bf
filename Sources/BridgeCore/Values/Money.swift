// SPDX-License-Identifier: Apache-2.0

/// A currency of the countries that Getnet's C2C serves.
public enum Currency: String, Sendable, Hashable, CaseIterable {
    /// Chilean peso: no minor units.
    case clp = "CLP"
    /// Argentine peso: centavos.
    case ars = "ARS"
    /// Uruguayan peso: centésimos.
    case uyu = "UYU"
}

/// An amount in ISO 4217 minor units.
///
/// *Units*: 15990 CLP is 15,990 pesos; 15990 ARS is 159.90 pesos.
public struct Money: Sendable, Hashable {
    /// What one charge may ask for.
    ///
    /// Source: docs/promises.md 2.12, docs/getnet.md 12.2.
    public static let chargeable: ClosedRange<Int64> = 1...999_999_999

    /// The amount in minor units.
    public let value: Int64
    /// The currency.
    public let currency: Currency

    /// An amount in minor units of a currency.
    public init(_ value: Int64, _ currency: Currency) {
        self.value = value
        self.currency = currency
    }
}
