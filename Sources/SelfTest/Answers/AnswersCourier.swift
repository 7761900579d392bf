// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import Rig

/// Sends the callbacks of the cloud of random answers.
struct AnswersCourier: Sendable {
    private static let answerMax = 64 * 1_024
    /// How often the deciding callback is sent if it is not taken: a disk may stand still for a while.
    private static let tries = 60
    private static let pause = Duration.milliseconds(500)

    let cloud: AnswersCloud

    /// Sends what it is told to until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await errand in cloud.errands {
                group.addTask { await carry(errand) }
            }
            group.cancelAll()
        }
    }

    private func carry(_ errand: AnswersCloud.Errand) async {
        do {
            try await Task.sleep(for: errand.after)
            guard let command = cloud.command(errand.key), let webhook = command.webhook else { return }
            let wire = cloud.state.withLockedValue { $0.callback(errand.form, about: command) }
            switch errand.form {
            case .any, .misleading, .unfinished:
                if errand.form == .misleading {
                    // Before it is sent: from then on it may be told of.
                    cloud.state.withLockedValue { $0.commands[errand.key]?.isMisled = true }
                }
                let status = await send(wire, to: webhook)
                note(wire, "\(errand.form), answered \(status)", of: errand.key)
                guard status == 200 else { return }
                cloud.state.withLockedValue { state in
                    if errand.form == .unfinished { state.commands[errand.key]?.toldUnfinished() }
                    if wire.mutations == [ToldCommand.misfit] { state.commands[errand.key]?.isMisfitTold = true }
                }
            case .plain, .legible: try await insist(errand, wire, webhook)
            }
        } catch {
            return
        }
    }

    /// Sends what decides until it is taken.
    private func insist(_ errand: AnswersCloud.Errand, _ wire: WireBody, _ webhook: String) async throws {
        for _ in 0..<Self.tries {
            let status = await send(wire, to: webhook)
            note(wire, "\(errand.form), answered \(status)", of: errand.key)
            if status == 200 {
                cloud.state.withLockedValue { $0.commands[errand.key]?.isPlainlyTold = true }
                return
            }
            try await Task.sleep(for: Self.pause)
        }
        cloud.state.withLockedValue { $0.found("refused", errand.key, "a plain callback was never answered 200") }
    }

    private func note(_ wire: WireBody, _ what: String, of key: String) {
        cloud.state.withLockedValue { $0.note("callback  \($0.line(0, wire, what))", of: key) }
    }

    private func send(_ wire: WireBody, to url: String) async -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for header in wire.headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: wire.bytes))
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(10)) else { return 0 }
        _ = try? await response.body.collect(upTo: Self.answerMax)
        return Int(response.status.code)
    }
}
