// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeService

@Suite struct `Random bits for names` {
    @Test func `are handed out once, also to many at a time`() async {
        let names = RandomNames()
        let callers = 8
        let each = 1_000
        let drawn = await withTaskGroup(of: [UInt128].self) { group in
            for _ in 0..<callers { group.addTask { (0..<each).map { _ in names.next() } } }
            return await group.reduce(into: Set<UInt128>()) { $0.formUnion($1) }
        }
        #expect(drawn.count == callers * each)
        #expect(!drawn.contains(0))
    }

    @Test func `differ in every bit from draw to draw`() {
        let names = RandomNames()
        let drawn = (0..<RandomNames.drawn * 4).map { _ in names.next() }
        #expect(drawn.reduce(0) { $0 | $1 } == .max, "every bit is set in one of 64")
        #expect(drawn.reduce(.max) { $0 & $1 } == 0, "and clear in another")
    }
}
