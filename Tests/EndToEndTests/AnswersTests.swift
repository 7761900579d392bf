// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig
import TestSupport
import Testing

@testable import SelfTest

@Suite("Random answers: plan, bytes and judge")
struct AnswersTests {
    @Test func `a seed and a number make the same episode every time, and every country and command comes up`() {
        var types: Set<String> = []
        var countries: Set<String> = []
        for number in 0..<400 {
            let episode = AnswersEpisode(seed: 7, number: number)
            #expect(episode.steps == AnswersEpisode(seed: 7, number: number).steps)
            types.formUnion(episode.steps.map(\.type))
            countries.insert(episode.account.country)
        }
        #expect(countries == ["cl", "ar", "uy"])
        #expect(types.count == 18)
    }

    @Test func `what was told between two refusals excuses no failure, what came after both does`() throws {
        var told = ToldCommand(
            verb: "sale",
            customID: nil,
            terminal: "81000001",
            amount: 100,
            ticket: nil,
            webhook: nil,
            isApproved: true
        )
        told.posts = 1
        told.refusedAt = .now - .seconds(20)
        told.posts = 2
        let second = try #require(told.lastPostAt)
        #expect(told.mayBeRepeated && told.mayBeBelieved)
        told.unfinishedToldAt = second - .seconds(10)
        #expect(told.mayBeRepeated && !told.mayBeBelieved)
        told.unfinishedToldAt = second + .seconds(1)
        #expect(told.mayBeBelieved)
        // It was told before the first refusal: then even another POST is wrong.
        told.unfinishedToldAt = second - .seconds(30)
        #expect(!told.mayBeRepeated && !told.mayBeBelieved)
        // A third POST is right only if nothing was told before it.
        told.unfinishedToldAt = second - .seconds(10)
        told.posts = 3
        #expect(!told.mayBeRepeated && !told.mayBeBelieved)
        told.unfinishedToldAt = told.lastPostAt.map { $0 + .seconds(1) }
        #expect(told.mayBeRepeated && told.mayBeBelieved)
    }

    @Test func `a number stays in the bytes whatever is done to them, unless they are compressed`() {
        var generator = SeededGenerator.announced("mutations")
        for _ in 0..<2_000 {
            let word = CloudWord(
                code: 0,
                message: "OPERACIÓN EN CURSO",
                number: "936101",
                customID: "0mx28rpzrzivlyivkpcwjnee"
            )
            var composer = AnswerComposer(random: SeededGenerator(seed: generator.next()))
            let body = composer.body(of: word)
            var mutation = AnswerMutation(random: SeededGenerator(seed: generator.next()))
            let wire = mutation.mutated(body, keeping: "936101")
            guard !wire.mutations.contains(where: { $0.contains("gzip") || $0.contains("deflate") }) else { continue }
            let digits = wire.bytes.filter { $0 != 0 }
            #expect(
                digits.firstRange(of: Array("936101".utf8)) != nil,
                "\(wire.mutations): \(AnswersCloud.escaped(wire.bytes))"
            )
        }
    }

    @Test func `what is compressed is gzip, and no byte of it stays readable`() async throws {
        let text = #"{"idPosTxs":936101,"message":"Operación en curso"}"#
        let packed = PlainDeflate.gzipped(Array(text.utf8))
        #expect(packed.firstRange(of: Array("936101".utf8)) == nil)
        #expect(PlainDeflate.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "deflate-\(UUID().uuidString.prefix(8))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("a.gz")
        try Data(packed).write(to: file)
        let output = folder.appendingPathComponent("a")
        let program = try SpawnedProgram("/usr/bin/gzip", ["-dc", file.path], output: output.path)
        #expect(try await program.waitForExit() == .status(0))
        #expect(try String(contentsOf: output, encoding: .utf8) == text)
    }

    // MARK: - Answers

    @Test(arguments: WireText.Notation.allCases)
    func `a notation that is no JSON holds every name and every value`(notation: WireText.Notation) {
        let answer = WireText.object([
            .init("code", .raw("1")),
            .init("data", .list([.object([.init("folio", .raw("936101")), .init("ticket", .text("R-7"))])])),
        ])
        let text = answer.notated(as: notation)
        for word in ["code", "1", "folio", "936101", "ticket", "R-7"] { #expect(text.contains(word), "\(text)") }
        #expect(throws: (any Error).self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    }

    @Test func `a callback that misleads says the opposite, and has a flaw`() {
        var told = ToldCommand(
            verb: "sale",
            customID: "t-1",
            terminal: "80000001",
            amount: 1_000,
            ticket: nil,
            webhook: nil,
            isApproved: false
        )
        told.number = "936101"
        var flaws: Set<String> = []
        for seed in 0..<100 {
            var random = SeededGenerator(seed: UInt64(seed))
            let (word, flaw) = told.misleading(&random)
            flaws.insert(flaw)
            #expect(word.result?.responseCode == (flaw == "no response code" ? nil : 0))
            let isFlawless =
                word.code == 1 && word.result?.responseCode != nil && word.customID == "t-1"
                && word.result?.terminalID == "80000001"
                && word.result?.functionCode == 100 && word.result?.amount == 1_000
                && word.result?.authorizationCode.isEmpty == false
            #expect(!isFlawless, "\(flaw)")
        }
        #expect(flaws.count == 7)
    }

    // MARK: - The judge

    private let episode = AnswersEpisode(
        seed: 7,
        number: (0...).first { AnswersEpisode(seed: 7, number: $0).steps[0].type == "charge" } ?? 0
    )

    /// A charge that started `starts` times, as its row and its events tell it.
    private func ledgers(
        _ status: String,
        starts: Int = 1,
        isApproved: Bool = true,
        isPlainlyTold: Bool = true,
        events: [String] = ["accepted"],
        _ change: (inout StoreLedger.Transaction) -> Void = { _ in }
    ) -> AnswersLedgers {
        var ledgers = AnswersLedgers()
        let step = episode.steps[0]
        var row = StoreLedger.Transaction(
            id: "t-1",
            commandID: step.commandID,
            reference: "R",
            terminal: episode.terminal,
            amount: step.amount ?? 0,
            status: status,
            sequence: 1,
            attempts: 1
        )
        change(&row)
        var told = ToldCommand(
            verb: "sale",
            customID: "t-1",
            terminal: episode.terminal,
            amount: step.amount ?? 0,
            ticket: nil,
            webhook: nil,
            isApproved: isApproved
        )
        (told.posts, told.starts, told.isPlainlyTold) = (1, starts, isPlainlyTold)
        ledgers.episodes = [AnswersEpisode(number: 0, like: episode, steps: [step])]
        ledgers.told = ["t-1": told]
        ledgers.store.transactions = [row]
        ledgers.events = events.map {
            DeliveredEvent(
                id: UUID().uuidString,
                name: $0,
                transactionID: "t-1",
                commandID: step.commandID,
                status: status
            )
        }
        return ledgers
    }

    private func kinds(_ ledgers: AnswersLedgers) -> [String] { AnswersJudge(ledgers).findings().map(\.kind) }

    @Test func `what is right is found right`() {
        #expect(kinds(ledgers("approved")) == [])
        #expect(kinds(ledgers("declined", isApproved: false)) == [])
        #expect(kinds(ledgers("failed", starts: 0)) == [])
        #expect(kinds(ledgers("in_doubt", starts: 0, isPlainlyTold: false)) == [])
    }

    @Test func `each broken promise is found under its word`() {
        #expect(kinds(ledgers("failed")) == ["guessed"])
        #expect(kinds(ledgers("approved", starts: 0)) == ["guessed"])
        #expect(kinds(ledgers("approved", isApproved: false)) == ["guessed"])
        #expect(kinds(ledgers("not_completed")) == ["guessed"])
        #expect(kinds(ledgers("declined", starts: 0, isApproved: false)) == ["guessed"])
        #expect(kinds(ledgers("in_doubt")) == ["undecided"])
        #expect(kinds(ledgers("accepted")) == ["stuck", "stuck"])
        #expect(kinds(ledgers("accepted") { $0.dueAt = 5 }) == ["stuck"])
        #expect(kinds(ledgers("approved", events: ["accepted", "rejected"])) == ["rejected"])
        #expect(kinds(ledgers("approved", events: ["approved", "contradicted"])) == ["contradicted"])
        var misled = ledgers("approved", events: ["approved", "contradicted"])
        misled.told["t-1"]?.isMisled = true
        #expect(kinds(misled) == [])
        misled.store.transactions[0].status = "declined"
        #expect(kinds(misled) == ["guessed"])
        var lost = ledgers("approved")
        lost.store.transactions = []
        #expect(kinds(lost) == ["lost"])
        var twice = ledgers("approved")
        twice.store.transactions += twice.store.transactions
        #expect(kinds(twice) == ["doubled"])
        var cloud = ledgers("approved")
        cloud.cloud = [.init(kind: "doubled", key: "t-1", detail: "again")]
        cloud.incidents = [("crashed", "it ended")]
        #expect(kinds(cloud) == ["crashed", "doubled"])
    }
}
