// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// The paths that read the terminals' journals, and the answer to verbs that do not exist.
struct JournalEndpoints: Sendable {
    let cloud: Cloud

    private var gate: RequestGate { RequestGate(cloud: cloud) }

    /// Adds the paths.
    ///
    /// - Parameter router: where they are added, below the base path.
    func add(to router: RouterGroup<CloudContext>) {
        for command in cloud.configuration.knownJournalCommands {
            router.post("postxs/\(command.rawValue)") { request, context in
                try await read(command, request, context)
            }
        }
        // One place of a path has one name, and the status query has taken it.
        router.post("postxs/{idPosTxs}") { _, context in
            let verb = context.parameters.get("idPosTxs") ?? ""
            cloud.withState { $0.note([RequestFault("verb", "\(verb) is unknown here")]) }
            return Response(status: .notFound)
        }
    }

    private func read(
        _ command: JournalCommand,
        _ request: Request,
        _ context: CloudContext
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: CloudEndpoints.maximumBodyBytes)
        switch gate.admit(request.headers, contentType: "application/json") {
        case .refused(let response): return response
        case .faulty(let faults): return refuse(faults)
        case .admitted: break
        }
        let strict = cloud.configuration.strict
        switch JournalRequest.read(Array(body.readableBytesView), as: command, strict: strict) {
        case .failure(let faults): return refuse(faults.list)
        case .success(var asked):
            switch cloud.configuration.readWebhook {
            case .accept: break
            case .ignore: asked.webhook = nil
            case .refuse:
                guard asked.webhook != nil else { break }
                return refuse([RequestFault("webhook", "is not known for \(command.rawValue) here")])
            }
            if let flooded = gate.floodedQuestion { return flooded }
            let taken = cloud.withState { $0.read(asked, at: cloud.now) }
            if asked.webhook != nil, taken.finishesWithCallback, !cloud.callbacks.add(.journal(taken)) {
                cloud.noteDropped(1)
            }
            return try await answer(taken, context)
        }
    }

    private func answer(_ taken: TakenRead, _ context: CloudContext) async throws -> Response {
        let writer = cloud.writer(cloud.configuration.dialect)
        if let refusal = taken.refusal { return .json(writer.message(refusal)) }
        switch taken.fault {
        case .journalServerError: return .serverError
        case .journalReset: throw await reset(context)
        case .journalNoAnswer:
            _ = await cloud.wait(until: taken.givenUpAt)
            throw await reset(context)
        default: break
        }
        if taken.request.webhook != nil { return .json(writer.sent(taken)) }
        guard await cloud.wait(until: taken.finishesAt) else { throw await reset(context) }
        return .json(writer.journal(taken))
    }

    private func reset(_ context: CloudContext) async -> ConnectionReset {
        await context.resetConnection()
        return ConnectionReset()
    }

    private func refuse(_ faults: [RequestFault]) -> Response {
        cloud.withState { $0.note(faults) }
        return .badRequest(faults)
    }
}
