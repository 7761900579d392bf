// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The health port: probes, metrics, version.
///
/// Nothing about single transactions. Source: docs/promises.md 6.1.
struct HealthResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let readiness: Readiness
    let exposition: Exposition

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        switch request.uri.path {
        case "/livez": return .text("ok\n")
        case "/readyz":
            return readiness.acceptsCallbacks
                ? .text("ok\n") : .text("callbacks are not accepted\n", status: .serviceUnavailable)
        case "/readyz/commands": return commands(isVerbose: request.uri.queryParameters["verbose"] != nil)
        case "/metrics": return .text(await exposition.text(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        case "/version": return .json(BuildInfo.json)
        default: return Response(status: .notFound)
        }
    }

    private func commands(isVerbose: Bool) -> Response {
        let parts = readiness.parts
        let isReady = parts.allSatisfy(\.isReady)
        var text = ""
        for part in parts where isVerbose || !part.isReady || !part.detail.isEmpty {
            let detail = part.detail.isEmpty ? "" : ": \(part.detail)"
            text += "\(part.isReady ? "[+]" : "[-]") \(part.name)\(part.isReady ? " ok" : "")\(detail)\n"
        }
        text += readiness.summary(of: parts) + "\n"
        return .text(text, status: isReady ? .ok : .serviceUnavailable)
    }
}

extension Response {
    /// A plain text answer.
    static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// A JSON answer.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
