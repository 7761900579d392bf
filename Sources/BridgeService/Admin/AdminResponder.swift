// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// The admin port: single transactions, for people with the token.
///
/// Source: docs/promises.md 6.2.
struct AdminResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    static let root = "/v1/transactions"
    static let release = "/v1/store/release"

    let transitions: Transitions
    let store: any TransactionStore
    let work: TerminalWork
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    let gate: CommandGate
    let token: Secret?
    let documents: TransactionDocument

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let path = request.uri.path
        let isKnown = path == Self.root || path.hasPrefix(Self.root + "/") || path == Self.release
        guard isKnown else { return problem(.notFound, "no such path") }
        guard let token else { return problem(.forbidden, "admin.token is not set") }
        guard isAuthorized(request, token) else {
            return problem(.unauthorized, "a bearer token is needed", headers: [.wwwAuthenticate: "Bearer"])
        }
        let words = path == Self.release ? ["release"] : path.dropFirst(Self.root.count).split(separator: "/")
        let method: HTTPRequest.Method = path == Self.release || words.count > 1 ? .post : .get
        guard request.method == method || (request.method == .head && method == .get) else {
            let allowed = method == .get ? "GET, HEAD" : method.rawValue
            return problem(.methodNotAllowed, "\(allowed) only", headers: [.allow: allowed])
        }
        do {
            if path == Self.release { return try await endHold(request) }
            switch words.count {
            case 0: return try await list(request)
            case 1: return try await show(words[0])
            default: return try await decide(words, request)
            }
        } catch {
            return problem(.serviceUnavailable, "the store cannot be read or does not commit")
        }
    }

    private func list(_ request: Request) async throws(StoreError) -> Response {
        var question = TransactionQuestion()
        for (name, value) in request.uri.queryParameters {
            let text = String(value)
            switch name {
            case "commandId": question.commandID = text
            case "reference": question.reference = text
            case "terminal": question.terminal = text.uppercased()
            case "status":
                guard let status = TransactionStatus(rawValue: text) else { return bad("status", "no such status") }
                question.status = status
            case "since":
                guard let since = Timestamp(text) else { return bad("since", "not an RFC 3339 instant") }
                question.since = since
            case "cursor":
                guard let cursor = TransactionID(text) else { return bad("cursor", "not a cursor of ours") }
                question.before = cursor
            case "limit":
                guard let limit = Int(text), (1...TransactionQuestion.longestAnswer).contains(limit) else {
                    return bad("limit", "1 to \(TransactionQuestion.longestAnswer)")
                }
                question.limit = limit
            default: return bad(String(name), "no such parameter")
            }
        }
        let found = try await store.transactions(question)
        let contradicted = question.isOfNewest ? try await store.transactions(.contradicted) : nil
        return .json(documents.list(found, isComplete: found.count < question.limit, contradicted: contradicted))
    }

    func show(_ name: Substring) async throws(StoreError) -> Response {
        guard let id = TransactionID(String(name)), let transaction = try await store.transaction(id) else {
            return problem(.notFound, "no such transaction")
        }
        return .json(documents.whole(transaction, try await store.story(of: id)))
    }

    private func isAuthorized(_ request: Request, _ token: Secret) -> Bool {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else {
            return false
        }
        let given = Array(header.dropFirst(7).utf8)
        let expected = Array(token.exposed.utf8)
        // It takes the same time for every wrong byte; the length is no secret.
        return given.count == expected.count && zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func bad(_ parameter: String, _ detail: String) -> Response {
        problem(.badRequest, "\(parameter): \(detail)")
    }

    /// RFC 9457.
    func problem(
        _ status: HTTPResponse.Status,
        _ detail: String,
        headers: HTTPFields = [:]
    ) -> Response {
        var writer = JSONWriter(reserving: 128)
        writer.object { problem in
            problem.member("title", status.reasonPhrase)
            problem.member("status", status.code)
            problem.member("detail", detail)
        }
        var response = Response.json(writer.bytes, status: status)
        response.headers.append(contentsOf: headers)
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}
