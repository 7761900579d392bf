// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird

/// The ledger and the controls, for tests and demonstrations in other processes.
///
/// Limits: a page holds ``maximumPage`` entries.
struct LedgerEndpoints: Sendable {
    /// How many entries one answer holds at most.
    static let maximumPage = 1_000

    let cloud: Cloud
    let controls: SimulatorControls

    /// Adds the paths below `/simulator`.
    ///
    /// - Parameter router: where they are added.
    func add(to router: RouterGroup<CloudContext>) {
        router.get("ledger") { request, _ in try ledger(request.uri.queryParameters) }
        router.get("ledger/summary") { _, _ in try Self.json(controls.ledger.summary) }
        router.get("ledger/faults") { _, _ in try Self.json(controls.ledger.faults) }
        router.post("tokens/revoke") { _, _ in done { controls.revokeTokens() } }
        router.post("callbacks/hold") { _, _ in done { controls.holdCallbacks() } }
        router.post("callbacks/release") { _, _ in done { controls.releaseCallbacks() } }
        router.post("terminals/{idTerminal}/offline") { _, context in
            done { controls.setOffline(true, idTerminal: context.parameters.get("idTerminal") ?? "") }
        }
        router.post("terminals/{idTerminal}/online") { _, context in
            done { controls.setOffline(false, idTerminal: context.parameters.get("idTerminal") ?? "") }
        }
        router.on("redirected", method: .post) { _, _ in
            cloud.withState { $0.note([RequestFault("redirect", "was followed with a POST")]) }
            return Response(status: .badRequest)
        }
    }

    private func ledger(_ query: Parameters) throws -> Response {
        if let customID = query.get("customId") {
            return try Self.json(controls.ledger.entries(customID: customID))
        }
        let limit = min(max(1, query.get("limit", as: Int.self) ?? Self.maximumPage), Self.maximumPage)
        return try Self.json(controls.ledger.entries(from: query.get("from", as: Int.self) ?? 0, limit: limit))
    }

    private func done(_ control: () -> Void) -> Response {
        control()
        return Response(status: .noContent)
    }

    private static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        // With milliseconds: whoever compares these instants with a crash of the client needs them.
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var text = encoder.singleValueContainer()
            try text.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        encoder.outputFormatting = [.sortedKeys]
        return .json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
