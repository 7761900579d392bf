// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// The answer to the POST of a sale that the cloud has decided about.
struct SaleAnswer: Sendable {
    /// Where a redirect leads; whoever goes there is noted.
    static let trapPath = "/simulator/redirected"

    let cloud: Cloud
    let gate: RequestGate

    /// Makes the answer, or loses it as planned.
    ///
    /// - Throws: ``ConnectionReset`` after the connection was reset.
    func response(to taken: TakenSale, _ context: CloudContext) async throws -> Response {
        if let held = taken.held { return try await answer(held, context) }
        let writer = cloud.writer(taken.plan.dialect)
        switch taken.plan.reply {
        case .sent: return acknowledge(taken) { writer.sent($0, withID: true) }
        case .sentWithoutID: return acknowledge(taken) { writer.sent($0, withID: false) }
        case .sentCutOff: return acknowledge(taken) { String(writer.sent($0, withID: true).prefix(40)) }
        case .sentWithResult:
            return acknowledge(taken) { writer.report(.result(.paid), about: $0, as: .finished) }
        case .refused(let message): return .json(writer.message(message))
        case .unauthorized: return .json(writer.message(.unauthorized), status: .unauthorized)
        case .unauthorizedLiteral: return .json(writer.message(.unauthorized))
        case .firewallPage: return .firewallPage
        case .redirect: return Response(status: .temporaryRedirect, headers: [.location: Self.trapPath])
        case .tooManyRequests: return Response(status: .tooManyRequests, headers: [.retryAfter: "1"])
        case .badRequest: return .badRequest([])
        case .serverError: return .serverError
        case .badGateway: return .badGateway
        case .reset: throw await reset(context)
        case .silence:
            _ = await cloud.wait(until: cloud.now + cloud.configuration.pace.life)
            throw await reset(context)
        }
    }

    /// Holds the answer of a sale without a webhook until there is something to say.
    private func answer(_ held: StartedSale, _ context: CloudContext) async throws -> Response {
        let step = held.plan.heldAnswer(pace: cloud.configuration.pace)
        guard await cloud.wait(until: held.startedAt + step.after) else { throw await reset(context) }
        return .json(cloud.writer(held.plan.dialect).report(step.report, about: held.facts, as: .finished))
    }

    private func acknowledge(_ taken: TakenSale, _ text: (SaleFacts) -> String) -> Response {
        guard let sale = taken.started else {
            preconditionFailure("only a sale that was started is acknowledged")
        }
        return .json(text(sale.facts))
    }

    private func reset(_ context: CloudContext) async -> ConnectionReset {
        await context.resetConnection()
        return ConnectionReset()
    }
}
