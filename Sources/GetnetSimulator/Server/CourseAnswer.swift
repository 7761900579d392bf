// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird

/// The answer to a POST that the cloud has decided about.
struct CourseAnswer: Sendable {
    /// Where a redirect leads; each client that goes there is noted.
    static let trapPath = "/simulator/redirected"

    let cloud: Cloud
    let courier: CallbackCourier

    /// Has the callbacks sent and answers, in the order that is planned.
    ///
    /// - Throws: ``ConnectionReset`` after the connection was reset.
    func play(_ course: Course, _ context: CloudContext) async throws -> Response {
        if course.plan.repliesAfterCallbacks {
            await courier.sendAll(of: course)
        } else if course.started != nil && course.webhook != nil {
            if !cloud.callbacks.add(.course(course)) { cloud.noteDropped(1) }
        }
        return try await response(to: course, context)
    }

    /// Makes the answer, or loses it as planned.
    private func response(to course: Course, _ context: CloudContext) async throws -> Response {
        if let held = course.held { return try await answer(course, held, context) }
        let writer = cloud.writer(course.plan.dialect)
        switch course.plan.reply {
        case .sent: return acknowledge(course) { writer.sent($0, withID: true) }
        case .sentWithoutID: return acknowledge(course) { writer.sent($0, withID: false) }
        case .sentCutOff: return acknowledge(course) { String(writer.sent($0, withID: true).prefix(40)) }
        case .sentWithResult:
            let result = course.plan.status.first?.report ?? .result(.paid)
            return acknowledge(course) { writer.report(result, about: $0, as: .finished) }
        case .refused(let message): return .json(writer.message(message), course.plan.dialect.coding)
        case .unauthorized: return .json(writer.message(.unauthorized), status: .unauthorized)
        case .unauthorizedLiteral: return .json(writer.message(.unauthorized))
        case .firewallPage: return .firewallPage
        case .redirect: return Response(status: .temporaryRedirect, headers: [.location: Self.trapPath])
        case .tooManyRequests: return Response(status: .tooManyRequests, headers: [.retryAfter: "1"])
        case .flooded(let answer): return .flooded(answer)
        case .tooManyRequestsUntil:
            let moment = HTTPDate.text(Date().addingTimeInterval(1))
            return Response(status: .tooManyRequests, headers: [.retryAfter: moment])
        case .hiding(let hidden): return hide(hidden, course, writer)
        case .badRequest: return .badRequest([])
        case .serverError: return .serverError
        case .badGateway: return .badGateway
        case .reset: throw await reset(context)
        case .silence:
            _ = await cloud.wait(until: cloud.now + cloud.configuration.pace.life)
            throw await reset(context)
        }
    }

    /// Holds the answer to a POST without a webhook until there is something to say, which may be sooner than planned.
    private func answer(_ course: Course, _ held: Course.Started, _ context: CloudContext) async throws -> Response {
        let pace = cloud.configuration.pace
        let planned = held.at + course.plan.heldAnswer(pace: pace).after
        guard await cloud.wait(until: planned, orChangeOf: course) else { throw await reset(context) }
        let plan = cloud.plan(of: course)
        let step = plan.heldAnswer(pace: pace)
        return .json(
            cloud.writer(plan.dialect).report(step.report, about: held.facts, as: .finished),
            plan.dialect.coding
        )
    }

    private func acknowledge(_ course: Course, _ text: (any ReportSubject) -> String) -> Response {
        guard let started = course.started else {
            preconditionFailure("only what was started is acknowledged")
        }
        return .json(text(started.facts), course.plan.dialect.coding)
    }

    private func hide(_ hidden: HiddenNumber, _ course: Course, _ writer: AnswerWriter) -> Response {
        guard let started = course.started else { preconditionFailure("what was not started has no number") }
        let (text, coding) = writer.hidden(hidden, started.facts)
        return .json(text, coding, status: HTTPResponse.Status(code: hidden.status.rawValue))
    }

    private func reset(_ context: CloudContext) async -> ConnectionReset {
        await context.resetConnection()
        return ConnectionReset()
    }
}
