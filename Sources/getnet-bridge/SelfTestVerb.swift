// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeSettings
internal import Foundation
internal import SelfTest
internal import UnixSignals

/// Tries this very program: charges, disturbances, and a judge that does not trust it.
struct SelfTestVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Play charges under disturbances against a simulator and a private broker, and compare the ledgers.",
        discussion:
            "Ends with 1 if anything was lost, doubled, guessed or reordered. Touches nothing that it did not start."
    )

    @Option(help: "How many runs; each has the next seed.")
    var seeds: Int?

    @Option(help: "The first seed; alone it repeats that one run.")
    var seed: UInt64?

    @Option(help: "Charges of one run.")
    var charges = 24

    @Option(help: "Terminals of one run.")
    var terminals = 8

    @Option(help: "After this many minutes no new run begins.")
    var minutes: Double?

    @Option(
        help: ArgumentHelp("Data folder of a private broker that runs (default: one is started).", valueName: "dir")
    )
    var broker: String?

    @Flag(help: "Keep the files of runs that failed.")
    var keep = false

    @Flag(help: "The first run that fails is the last one.")
    var untilFailure = false

    @Flag(help: "For machines: one JSON object per line, the last for all runs.")
    var json = false

    func validate() throws {
        guard (seeds ?? 1) > 0 else { throw ValidationError("--seeds: 1 or more") }
        guard (1...1_000).contains(charges) else { throw ValidationError("--charges: 1 to 1000") }
        guard (1...1_000).contains(terminals) else { throw ValidationError("--terminals: 1 to 1000") }
        guard (minutes ?? 1) > 0 else { throw ValidationError("--minutes: above 0") }
    }

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let first = seed ?? 1
        let count = seeds ?? (seed == nil ? SelfTest.usualSeeds : 1)
        var options = SelfTest.Options(seeds: (0..<UInt64(count)).map { first &+ $0 })
        options.charges = charges
        options.terminals = terminals
        options.limit = minutes.map { .seconds($0 * 60) }
        options.broker = broker
        options.keepsFiles = keep
        options.endsAtFailure = untilFailure
        let test = SelfTest(options)
        let console = invocation.console
        let report = try await withThrowingTaskGroup(of: SelfTestReport.self) { group in
            group.addTask {
                try await test.run { try console.print(json ? Self.document($0) : $0.text) }
            }
            group.addTask {
                // Children and broker are ended before the verb is.
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            do {
                guard let report = try await group.next() else { throw CancellationError() }
                return report
            } catch is CancellationError {
                throw Failure(.unavailable, "the self-test was broken off")
            }
        }
        try console.print(json ? Self.document(report) : report.text)
        return report.isRight ? .done : .broken
    }

    private static func document(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
