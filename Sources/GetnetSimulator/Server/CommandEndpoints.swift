// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// The commands that are neither sales nor reads of the journal, and the list of terminals.
struct CommandEndpoints: Sendable {
    let cloud: Cloud
    let courier: CallbackCourier

    private var gate: RequestGate { RequestGate(cloud: cloud) }

    /// Adds the paths.
    ///
    /// - Parameter router: where they are added, below the base path.
    func add(to router: RouterGroup<CloudContext>) {
        // A sale with a promotion is a sale.
        for command in TerminalCommand.allCases
        where command != .promotionSale && command.isKnown(to: cloud.configuration) {
            router.post("postxs/\(command.rawValue)") { request, context in
                try await run(command, request, context)
            }
        }
        router.get("posdata") { request, _ in listTerminals(request) }
    }

    private func run(
        _ command: TerminalCommand,
        _ request: Request,
        _ context: CloudContext
    ) async throws -> Response {
        let body = try await request.bytes()
        let token: String
        switch gate.admit(request.headers, contentType: "application/json") {
        case .refused(let response): return response
        case .faulty(let faults): return refuse(command, faults)
        case .admitted(let admitted): token = admitted
        }
        switch CommandRequest.read(body, as: command, cloud.configuration) {
        case .failure(let faults): return refuse(command, faults.list)
        case .success(let asked):
            let taken = cloud.withState { $0.run(asked, token: token, at: cloud.now) }
            if command == .cancelSale, let run = taken.plan.run, let started = taken.started,
                !cloud.callbacks.add(.cancellation(at: started.startedAt + run.finishesAfter))
            {
                cloud.noteDropped(1)
            }
            return try await CourseAnswer(cloud: cloud, courier: courier).play(taken.course, context)
        }
    }

    private func refuse(_ command: TerminalCommand, _ faults: [RequestFault]) -> Response {
        cloud.withState { $0.noteFaulty(command, faults, at: cloud.now) }
        return .badRequest(faults)
    }

    // MARK: - Terminals

    /// Source: docs/getnet.md 2.3; the layout is not known.
    private func listTerminals(_ request: Request) -> Response {
        switch gate.admit(request.headers, contentType: nil) {
        case .refused(let response): return response
        case .faulty(let faults):
            cloud.withState { $0.note(faults) }
            return .badRequest(faults)
        case .admitted: break
        }
        if let flooded = gate.floodedQuestion { return flooded }
        let branch = request.uri.queryParameters.get("idsucursal").map { Int($0).map(String.init) ?? $0 }
        let terminals = cloud.withState(\.registeredTerminals).filter { branch == nil || $0.idSucursal == branch }
        let list = "[" + terminals.map(triplet).joined(separator: ",") + "]"
        switch cloud.configuration.terminalList {
        case .bare: return .json(list)
        case .wrapped: return .json(cloud.writer(cloud.configuration.dialect).wrapper(.listed, data: list))
        }
    }

    private func triplet(_ terminal: TerminalIdentity) -> String {
        var object = JSONText()
        object.add("idTerminal", terminal.idTerminal)
        if cloud.configuration.country == "ar" {
            object.add("idSucursal", TerminalTime.padded(Int(terminal.idSucursal) ?? 0, 10))
        } else {
            object.add("idSucursal", Int(terminal.idSucursal) ?? 0)
        }
        object.add("serialNumber", terminal.serialNumber)
        return object.object
    }
}

extension CloudState {
    /// The terminals of the merchant: those that are configured, or that commands came to.
    var registeredTerminals: [TerminalIdentity] {
        let known = configuration.knownTerminals.map(Array.init) ?? terminals.values.map(\.identity)
        return known.filter { !$0.serialNumber.isEmpty }.sorted { $0.idTerminal < $1.idTerminal }
    }
}
