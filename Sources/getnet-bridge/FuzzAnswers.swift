// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import SelfTest
internal import UnixSignals

/// Tries this very program against a cloud whose answers have any layout, any coding and any damage.
struct FuzzAnswers: Verb {
    static let configuration = CommandConfiguration(
        commandName: "fuzz-answers",
        abstract: "Send commands to a cloud that answers anything, and judge what the bridge makes of it.",
        discussion: """
            Ends with 1 if a command was started twice, if its caller was told something untrue, or if it was left without \
            a next step. Touches nothing that it did not start.
            """
    )

    @Option(help: "How many seconds it sends commands; commands that it has begun still end.")
    var seconds = 30.0

    @Option(help: "The seed of commands and answers (default: a new one, which is printed).")
    var seed: UInt64?

    @Option(help: "Only this episode, to repeat a finding.")
    var episode: Int?

    @Option(
        help: ArgumentHelp("Data folder of a private broker that runs (default: one is started).", valueName: "dir")
    )
    var broker: String?

    @Flag(help: "Keep the files if something was found.")
    var keep = false

    func validate() throws {
        guard seconds > 0 else { throw ValidationError("--seconds: above 0") }
        guard (episode ?? 0) >= 0 else { throw ValidationError("--episode: 0 or more") }
    }

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let console = invocation.console
        try console.print("seed \(seed)")
        let test = AnswersTest(
            .init(seed: seed, time: .seconds(seconds), episode: episode, broker: broker, keepsFiles: keep)
        )
        let report = try await withThrowingTaskGroup(of: AnswersReport.self) { group in
            group.addTask { try await test.run() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            do {
                guard let report = try await group.next() else { throw CancellationError() }
                return report
            } catch is CancellationError {
                throw Failure(.unavailable, "the test was broken off")
            }
        }
        try console.print(report.text)
        return report.isRight ? .done : .broken
    }
}
