// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore

/// Login, sales and status query.
///
/// Limits: bodies up to ``maximumBodyBytes``.
struct CloudEndpoints: Sendable {
    /// The longest body that is read.
    static let maximumBodyBytes = 64 * 1_024

    let cloud: Cloud
    let courier: CallbackCourier

    private var gate: RequestGate { RequestGate(cloud: cloud) }

    /// Adds the paths.
    ///
    /// - Parameter router: where they are added, below the base path.
    func add(to router: RouterGroup<CloudContext>) {
        router.post("postxs/auth") { request, _ in try await logIn(request) }
        router.post("postxs/sale") { request, context in try await sell(request, context) }
        if TerminalCommand.promotionSale.isKnown(to: cloud.configuration) {
            router.post("postxs/salepromo") { request, context in try await sell(request, context, isPromotion: true) }
        }
        router.get("postxs/{idPosTxs}") { request, context in
            query(context.parameters.get("idPosTxs") ?? "", request.headers)
        }
    }

    // MARK: - Login

    private func logIn(_ request: Request) async throws -> Response {
        let form = FormBody(try await request.bytes())
        switch gate.admit(request.headers, contentType: "application/x-www-form-urlencoded", needsToken: false) {
        case .refused(let response): return response
        case .faulty(let faults): return refuse(faults)
        case .admitted: break
        }
        let settings = cloud.configuration
        let token = cloud.withState {
            $0.logIn(clientID: form["clientId"], clientSecret: form["clientSecret"], at: cloud.now)
        }
        let writer = cloud.writer(settings.dialect)
        if let token {
            let seconds = Int(settings.tokenLifetime / .seconds(1))
            return .json(writer.loggedIn(token: token, lifetimeSeconds: seconds))
        }
        let failure = writer.message(.invalidCredentials)
        return .json(failure, status: settings.authFailure == .http401 ? .unauthorized : .ok)
    }

    // MARK: - Sale

    private func sell(
        _ request: Request,
        _ context: CloudContext,
        isPromotion: Bool = false
    ) async throws -> Response {
        let body = try await request.bytes()
        let token: String
        switch gate.admit(request.headers, contentType: "application/json") {
        case .refused(let response): return response
        case .faulty(let faults): return refuseSale(faults)
        case .admitted(let admitted): token = admitted
        }
        let settings = cloud.configuration
        var reader = SaleRequestReader(strict: settings.strict, country: settings.country, isPromotion: isPromotion)
        switch reader.read(body) {
        case .faults(let faults): return refuseSale(faults)
        case .sale(let sale):
            let taken = cloud.withState { $0.take(sale, token: token, at: cloud.now) }
            return try await CourseAnswer(cloud: cloud, courier: courier).play(taken.course, context)
        }
    }

    // MARK: - Query

    private func query(_ idPosTxs: String, _ headers: HTTPFields) -> Response {
        switch gate.admit(headers, contentType: nil) {
        case .refused(let response): return response
        case .faulty(let faults): return refuse(faults)
        case .admitted: break
        }
        if let flooded = gate.floodedQuestion { return flooded }
        guard let number = Int(idPosTxs) else {
            return refuse([RequestFault("idPosTxs", "must be a number")])
        }
        cloud.settle()
        guard let (report, plan, facts) = cloud.withState({ $0.status(of: number, at: cloud.now) }) else {
            return .json(cloud.writer(cloud.configuration.dialect).message(.idNotFound))
        }
        let text = cloud.writer(plan.dialect).report(report, about: facts.retold, as: .completed)
        return .json(text, plan.dialect.coding)
    }

    // MARK: - Faults

    private func refuse(_ faults: [RequestFault]) -> Response {
        cloud.withState { $0.note(faults) }
        return .badRequest(faults)
    }

    private func refuseSale(_ faults: [RequestFault]) -> Response {
        cloud.withState { $0.noteFaultySale(faults, at: cloud.now) }
        return .badRequest(faults)
    }
}

extension Request {
    /// The whole body.
    func bytes() async throws -> [UInt8] {
        let buffer = try await body.collect(upTo: CloudEndpoints.maximumBodyBytes)
        return Array(buffer.readableBytesView)
    }
}
