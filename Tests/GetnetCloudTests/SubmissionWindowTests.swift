// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetCloud

@Suite("The window of POSTs")
struct SubmissionWindowTests {
    let start = ContinuousClock.now

    /// Takes all free places.
    func fill(_ window: inout SubmissionWindow, at now: ContinuousClock.Instant, doubts: Int = 0) -> [Int] {
        var turns: [Int] = []
        while let turn = window.take(at: now, doubts: doubts) { turns.append(turn) }
        return turns
    }

    @Test func `a handful goes before the first answer`() {
        var window = SubmissionWindow(limit: 64)
        #expect(fill(&window, at: start).count == SubmissionWindow.first)
        #expect(window.take(at: start, doubts: 0) == nil)
    }

    @Test func `doubles with each round of answers, up to the connections`() {
        var window = SubmissionWindow(limit: 20)
        var rounds: [Int] = []
        for _ in 0..<5 {
            let turns = fill(&window, at: start)
            rounds.append(turns.count)
            for turn in turns {
                window.answered(at: start, isWanted: true)
                window.giveBack(turn)
            }
        }
        #expect(rounds == [4, 8, 16, 20, 20])
    }

    @Test func `does not grow where it is not used`() {
        var window = SubmissionWindow(limit: 64)
        for _ in 0..<100 {
            let turn = window.take(at: start, doubts: 0)
            window.answered(at: start, isWanted: false)
            if let turn { window.giveBack(turn) }
        }
        #expect(fill(&window, at: start).count == SubmissionWindow.first)
    }

    @Test func `is narrow again after a while without an answer, and when it begins anew`() {
        var window = SubmissionWindow(limit: 64)
        for _ in 0..<10 { window.answered(at: start, isWanted: true) }
        let late = start + SubmissionWindow.believedFor + .milliseconds(1)
        #expect(fill(&window, at: late).count == SubmissionWindow.first)
        var shrunk = SubmissionWindow(limit: 64)
        for _ in 0..<10 { shrunk.answered(at: start, isWanted: true) }
        #expect(shrunk.take(at: start, doubts: 0) != nil)
        shrunk.shrink()
        #expect(fill(&shrunk, at: start).count == SubmissionWindow.first - 1)
    }

    @Test(arguments: [(0, 4), (1, 3), (2, 2), (3, 1), (4, 1), (9, 1)])
    func `leaves room for so many doubts as are left`(doubts: Int, room: Int) {
        var window = SubmissionWindow(limit: 64)
        #expect(fill(&window, at: start, doubts: doubts).count == room)
    }

    @Test func `a narrow account has one place at least`() {
        var window = SubmissionWindow(limit: 1)
        #expect(fill(&window, at: start).count == 1)
    }

    @Test func `silence is what nothing may go beside`() {
        var window = SubmissionWindow(limit: 64)
        let turn = window.take(at: start, doubts: 0)
        let later = start + SubmissionWindow.slow
        #expect(window.silence(at: later, doubts: 0) == nil, "three more may go")
        _ = fill(&window, at: start)
        #expect(window.silence(at: later - .milliseconds(1), doubts: 0) == nil)
        #expect(window.silence(at: later, doubts: 0) == SubmissionWindow.slow)
        if let turn { window.giveBack(turn) }
        #expect(window.silence(at: later, doubts: 0) == nil)
    }
}
