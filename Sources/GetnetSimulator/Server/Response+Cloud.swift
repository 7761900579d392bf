// SPDX-License-Identifier: Apache-2.0

import Hummingbird

extension Response {
    /// An answer with a JSON text.
    static func json(_ body: String, status: HTTPResponse.Status = .ok) -> Response {
        text(body, type: "application/json; charset=utf-8", status: status)
    }

    /// The same in other bytes.
    static func json(_ body: String, _ coding: Dialect.Coding, status: HTTPResponse.Status = .ok) -> Response {
        let coded = CodedText(body, coding)
        var headers: HTTPFields = [.contentType: coded.contentType]
        headers[.contentEncoding] = coded.contentEncoding
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: coded.bytes))
        )
    }

    /// What an ASP.NET service says to a request that it cannot bind.
    static func badRequest(_ faults: [RequestFault]) -> Response {
        var errors = JSONText()
        for fault in faults { errors.add(fault.part, fault.problem) }
        var problem = JSONText()
        problem.add("title", "One or more validation errors occurred.")
        problem.add("status", 400)
        problem.add("errors", json: errors.object)
        return text(problem.object, type: "application/problem+json", status: .badRequest)
    }

    /// The page of a web application firewall.
    static let firewallPage = text(
        "<!DOCTYPE html><html><head><title>Access denied</title></head><body><h1>Error 1020</h1></body></html>",
        type: "text/html; charset=UTF-8",
        status: .forbidden
    )

    /// What a failing server says.
    static let serverError = text(
        "{\"title\":\"An error occurred while processing your request.\",\"status\":500}",
        type: "application/problem+json",
        status: .internalServerError
    )

    /// What a proxy says whose server is gone.
    static let badGateway = text(
        "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
        type: "text/html",
        status: .badGateway
    )

    /// What the gateway in front of an overloaded cloud answers.
    static func flooded(_ answer: FloodAnswer) -> Response {
        var response = Response(status: HTTPResponse.Status(code: answer.status))
        response.headers[.retryAfter] = answer.retryAfter.map(String.init)
        return response
    }

    private static func text(_ body: String, type: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
