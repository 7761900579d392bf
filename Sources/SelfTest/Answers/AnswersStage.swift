// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers
import Rig

/// Plays episodes against a bridge that runs, and gathers what is left.
struct AnswersStage: Sendable {
    /// A command that is not started by then expires.
    private static let commandLife = Duration.seconds(5)
    /// After this silence nothing comes any more.
    private static let silence = Duration.milliseconds(600)

    let seed: UInt64
    let cloud: AnswersCloud
    let bridge: BridgeProcess
    let events: EventQueue
    let sender: CommandSender

    /// Begins episodes for a while, lets them end, stops the bridge, and gathers the ledgers.
    func play(for time: Duration, only episode: Int?) async throws -> AnswersLedgers {
        var ledgers = AnswersLedgers()
        let obstacles = NIOLockedValueBox<[String]>([])
        ledgers.episodes = try await withRunning({ await watch(obstacles) }) {
            let played: [AnswersEpisode]
            if let episode {
                played = [AnswersEpisode(seed: seed, number: episode)]
                try await play(played[0])
            } else {
                played = try await playAll(for: time)
            }
            try? await eventually("nothing comes any more", within: AnswersTest.patience) {
                events.silence > Self.silence
            }
            return played
        }
        ledgers.incidents = obstacles.withLockedValue { $0 }.map { ("obstacle", $0) }
        if bridge.process.isRunning {
            let exit = try await bridge.terminate()
            if exit != .status(0) { ledgers.incidents.append(("crashed", "the bridge did not stop in order: \(exit)")) }
        } else {
            ledgers.incidents.append(("crashed", "the bridge ended by itself: \(try await bridge.process.exit())"))
        }
        ledgers.store = try StoreReader.read(bridge.settings.storePath)
        ledgers.events = events.events
        cloud.state.withLockedValue { state in
            ledgers.told = state.commands
            ledgers.cloud = state.findings
        }
        return ledgers
    }

    private func playAll(for time: Duration) async throws -> [AnswersEpisode] {
        let end = ContinuousClock.now + time
        return try await withThrowingTaskGroup(of: AnswersEpisode.self) { group in
            var played: [AnswersEpisode] = []
            var number = 0
            func begin() {
                let episode = AnswersEpisode(seed: seed, number: number)
                number += 1
                group.addTask {
                    try await play(episode)
                    return episode
                }
            }
            for _ in 0..<AnswersTest.width { begin() }
            while let episode = try await group.next() {
                played.append(episode)
                if .now < end, bridge.process.isRunning { begin() }
            }
            return played
        }
    }

    /// Sends one command after the other, each once the one before has come to rest.
    private func play(_ episode: AnswersEpisode) async throws {
        cloud.open(
            episode.terminal,
            of: episode.account.name,
            seed: episode.seed,
            zone: TimeZone(identifier: episode.account.timeZone) ?? .gmt
        )
        for step in episode.steps {
            let expiry = Date(timeIntervalSinceNow: Self.commandLife / .seconds(1))
            let expiresAt = expiry.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            try await sender.send(
                episode.json(of: step, expiresAt: expiresAt),
                to: "\(step.type).\(episode.account.name)",
                as: step.commandID
            )
            await rest(of: step)
        }
    }

    /// Waits until a command is final, refused, or in a doubt that nothing will lift.
    private func rest(of step: AnswersEpisode.Step) async {
        let deadline = ContinuousClock.now + AnswersTest.patience
        while ContinuousClock.now < deadline, bridge.process.isRunning {
            if let event = events.latest(of: step.commandID) {
                if event.isFinal || event.name == "rejected" { return }
                // A command that was never started brings no result.
                if event.status == "in_doubt", step.movesMoney, let id = event.transactionID,
                    cloud.command(id)?.isStarted == false
                {
                    return
                }
            }
            do {
                try await Task.sleep(for: .milliseconds(25))
            } catch {
                return
            }
        }
    }

    /// The trouble of one row must not stop the others: commands are taken all the time.
    private func watch(_ obstacles: NIOLockedValueBox<[String]>) async {
        while !Task.isCancelled, bridge.process.isRunning {
            let answer = await bridge.settings.health.get("/readyz/commands?verbose")
            if let answer, answer.status != 200 {
                let text = answer.text.replacing("\n", with: " ")
                obstacles.withLockedValue { if $0.count < 3, !$0.contains(text) { $0.append(text) } }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
