// SPDX-License-Identifier: Apache-2.0

/// 4xx: the cloud refuses the POST, once or always, and sometimes starts the terminal all the same.
///
/// "Once" means: the first POST with this `customId`; the next one is approved.
public enum Refusal: Int, Sendable, CaseIterable {
    /// 400.
    case badRequest = 400
    /// 401.
    case tokenRevokedOnce = 401
    /// 402.
    case unauthorizedLiteralOnce = 402
    /// 403.
    case firewall = 403
    /// 404.
    case unauthorizedAlways = 404
    /// 405.
    case firewallOnce = 405
    /// 407.
    case redirect = 407
    /// 410.
    case busyOnce = 410
    /// 411.
    case busyAlways = 411
    /// 412.
    case busyLongerOnce = 412
    /// 413.
    case busyYetStarted = 413
    /// 420.
    case unheardOfText = 420
    /// 421.
    case unheardOfTextYetStarted = 421
    /// 428.
    case tooManyAlways = 428
    /// 429.
    case tooManyOnce = 429
    /// 430.
    case notResponding = 430
    /// 431.
    case notRespondingYetStarted = 431
    /// 440.
    case keyPosNotFound = 440
    /// 441.
    case wrongMerchant = 441

    /// One sentence: what happens.
    var summary: String {
        switch self {
        case .badRequest: "HTTP 400 although nothing is wrong with the request"
        case .tokenRevokedOnce: "HTTP 401 once (the token is revoked), then approved"
        case .unauthorizedLiteralOnce: "UNAUTHORIZED once (the token is revoked), then approved"
        case .firewall: "HTTP 403 with a page of the firewall"
        case .unauthorizedAlways: "HTTP 401 always"
        case .firewallOnce: "HTTP 403 with a page of the firewall once, then approved"
        case .redirect: "HTTP 307; following it is noted as a fault"
        case .busyOnce: "OPERATION IN PROGRESS (15s) once, then approved"
        case .busyAlways: "OPERATION IN PROGRESS (15s) always"
        case .busyLongerOnce: "OPERATION IN PROGRESS (5m) once, then approved"
        case .busyYetStarted: "OPERATION IN PROGRESS (15s), yet started: approved, with callback"
        case .unheardOfText: "code 0 with a text that no catalogue has, never started"
        case .unheardOfTextYetStarted: "code 0 with a text that no catalogue has, yet started: approved, with callback"
        case .tooManyAlways: "HTTP 429 with Retry-After: 1 always"
        case .tooManyOnce: "HTTP 429 with Retry-After: 1 once, then approved"
        case .notResponding: "C2C SERVICE NOT RESPONDING, never started"
        case .notRespondingYetStarted: "C2C SERVICE NOT RESPONDING, yet started: approved, with callback"
        case .keyPosNotFound: "KEYPOS NOT FOUND"
        case .wrongMerchant: "INCORRECT REQUEST FOR MERCHANT ID"
        }
    }

    /// Everything that will happen to the sale.
    func plan(_ context: PlanContext) -> SalePlan {
        let paid = SalePlan.paid(context)
        return switch self {
        case .badRequest: .neverStarted(.badRequest, context)
        case .tokenRevokedOnce: Self.once(.unauthorized, context)
        case .unauthorizedLiteralOnce: Self.once(.unauthorizedLiteral, context)
        case .firewall: .neverStarted(.firewallPage, context)
        case .unauthorizedAlways: .neverStarted(.unauthorized, context)
        case .firewallOnce: Self.once(.firewallPage, context)
        case .redirect: .neverStarted(.redirect, context)
        case .busyOnce: Self.once(.refused(.busy15Seconds), context)
        case .busyAlways: .neverStarted(.refused(.busy15Seconds), context)
        case .busyLongerOnce: Self.once(.refused(.busy5Minutes), context)
        case .busyYetStarted: paid.replying(.refused(.busy15Seconds))
        case .unheardOfText: .neverStarted(.refused(.unheardOf), context)
        case .unheardOfTextYetStarted: paid.replying(.refused(.unheardOf))
        case .tooManyAlways: .neverStarted(.tooManyRequests, context)
        case .tooManyOnce: Self.once(.tooManyRequests, context)
        case .notResponding: .neverStarted(.refused(.notResponding), context)
        case .notRespondingYetStarted: paid.replying(.refused(.notResponding))
        case .keyPosNotFound: .neverStarted(.refused(.keyPosNotFound), context)
        case .wrongMerchant: .neverStarted(.refused(.wrongMerchant), context)
        }
    }

    private static func once(_ reply: SaleReply, _ context: PlanContext) -> SalePlan {
        context.attempt == 1 ? .neverStarted(reply, context) : .paid(context)
    }
}
