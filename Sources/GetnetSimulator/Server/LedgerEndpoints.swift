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
        router.get("ledger/journal") { request, _ in
            let (from, limit) = Self.page(request.uri.queryParameters)
            return try Self.json(controls.ledger.journalReads(from: from, limit: limit))
        }
        router.get("ledger/commands") { request, _ in
            if let customID = request.uri.queryParameters.get("customId") {
                return try Self.json(controls.ledger.commands(customID: customID))
            }
            let (from, limit) = Self.page(request.uri.queryParameters)
            return try Self.json(controls.ledger.commands(from: from, limit: limit))
        }
        router.get("ledger/terminal-sales") { request, _ in
            let (from, limit) = Self.page(request.uri.queryParameters)
            return try Self.json(controls.ledger.terminalSales(from: from, limit: limit))
        }
        router.get("ledger/batches") { request, _ in
            let (from, limit) = Self.page(request.uri.queryParameters)
            return try Self.json(controls.ledger.batchCloses(from: from, limit: limit))
        }
        addControls(to: router)
    }

    private func addControls(to router: RouterGroup<CloudContext>) {
        router.post("tokens/revoke") { _, _ in done { controls.revokeTokens() } }
        router.post("numbers/anew") { _, _ in done { controls.beginNumbersAnew() } }
        router.post("callbacks/hold") { _, _ in done { controls.holdCallbacks() } }
        router.post("callbacks/release") { _, _ in done { controls.releaseCallbacks() } }
        router.post("terminals/{idTerminal}/offline") { _, context in
            done { controls.setOffline(true, idTerminal: context.parameters.get("idTerminal") ?? "") }
        }
        router.post("terminals/{idTerminal}/online") { _, context in
            done { controls.setOffline(false, idTerminal: context.parameters.get("idTerminal") ?? "") }
        }
        router.post("terminals/{idTerminal}/sales") { request, context in
            try sell(at: context.parameters.get("idTerminal") ?? "", request.uri.queryParameters)
        }
        router.post("terminals/{idTerminal}/voids") { request, context in
            let receipt = request.uri.queryParameters.get("operationId", as: Int.self) ?? 0
            let idTerminal = context.parameters.get("idTerminal") ?? ""
            let isVoided = controls.voidAtTerminal(receipt, idTerminal: idTerminal)
            return Response(status: isVoided ? .noContent : .notFound)
        }
        router.post("terminals/{idTerminal}/close") { _, context in
            let close = controls.closeBatch(idTerminal: context.parameters.get("idTerminal") ?? "")
            return try close.map(Self.json) ?? Response(status: .notFound)
        }
        router.post("terminals/{idTerminal}/journal/{fault}") { request, context in
            spoil(context.parameters, times: request.uri.queryParameters.get("times", as: Int.self) ?? 1)
        }
        router.post("terminals/{idTerminal}/commands/{scenario}") { _, context in
            guard let scenario = context.parameters.get("scenario", as: Int.self), (0...999).contains(scenario),
                controls.setNextCommand(scenario, idTerminal: context.parameters.get("idTerminal") ?? "")
            else { return Response(status: .badRequest) }
            return Response(status: .noContent)
        }
        router.post("floods/{request}") { request, context in flood(context.parameters, request.uri.queryParameters) }
        router.post("floods/{request}/end") { _, context in
            guard let request = FloodedRequest(context.parameters) else { return Response(status: .notFound) }
            return done { controls.flood(request, with: nil) }
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
        let (from, limit) = Self.page(query)
        return try Self.json(controls.ledger.entries(from: from, limit: limit))
    }

    private static func page(_ query: Parameters) -> (from: Int, limit: Int) {
        let limit = min(max(1, query.get("limit", as: Int.self) ?? maximumPage), maximumPage)
        return (query.get("from", as: Int.self) ?? 0, limit)
    }

    private func sell(at idTerminal: String, _ query: Parameters) throws -> Response {
        guard let amount = query.get("amount", as: Int.self), SaleRequestReader.amounts.contains(amount),
            let sale = controls.sellAtTerminal(amount, idTerminal: idTerminal)
        else { return Response(status: .badRequest) }
        return try Self.json(sale)
    }

    private func spoil(_ path: Parameters, times: Int) -> Response {
        guard let fault = path.get("fault").flatMap(Fault.init(rawValue:)),
            controls.spoilJournal(with: fault, times: times, idTerminal: path.get("idTerminal") ?? "")
        else { return Response(status: .badRequest) }
        return Response(status: .noContent)
    }

    private func flood(_ path: Parameters, _ query: Parameters) -> Response {
        guard let request = FloodedRequest(path) else { return Response(status: .notFound) }
        guard let status = query.get("status", as: Int.self), FloodAnswer.statuses.contains(status) else {
            return Response(status: .badRequest)
        }
        let answer = FloodAnswer(status: status, retryAfter: query.get("retryAfter", as: Int.self))
        return done { controls.flood(request, with: answer) }
    }

    private func done(_ control: () -> Void) -> Response {
        control()
        return Response(status: .noContent)
    }

    private static func json(_ value: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        // With milliseconds: a test that compares these instants with a crash of the client needs them.
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var text = encoder.singleValueContainer()
            try text.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        encoder.outputFormatting = [.sortedKeys]
        return .json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension FloodedRequest {
    /// The kind that a path names.
    fileprivate init?(_ path: Parameters) {
        guard let request = path.get("request").flatMap(Self.init(rawValue:)) else { return nil }
        self = request
    }
}
