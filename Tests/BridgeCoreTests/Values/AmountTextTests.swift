// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite("Amounts for people")
struct AmountTextTests {
    @Test(
        arguments: [
            (Int64(15_990), "CLP", "15,990 CLP"), (999, "CLP", "999 CLP"), (1_000_007, "CLP", "1,000,007 CLP"),
            (15_990, "ARS", "159.90 ARS"), (5, "UYU", "0.05 UYU"), (999_999_999, "ARS", "9,999,999.99 ARS"),
        ]
    )
    func `minor units become the amount that a till shows`(value: Int64, currency: String, expected: String) {
        #expect(AmountText.of(value, currency) == expected)
    }
}
