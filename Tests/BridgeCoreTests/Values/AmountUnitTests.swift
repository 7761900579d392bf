// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite struct `The unit of amounts on the wire` {
    @Test func `a number of whole units is a hundred minor ones each, and never a fraction`() {
        #expect(AmountUnit.major.number(ofMinorUnits: 15_900) == 159)
        #expect(AmountUnit.major.number(ofMinorUnits: 15_990) == nil)
        #expect(AmountUnit.major.minorUnits(ofNumber: 159) == 15_900)
        #expect(AmountUnit.major.minorUnits(ofNumber: .max) == nil)
    }

    @Test func `a number of minor units is what it is`() {
        #expect(AmountUnit.minor.number(ofMinorUnits: 15_990) == 15_990)
        #expect(AmountUnit.minor.minorUnits(ofNumber: .max) == .max)
    }
}
