// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// What stands before every request to the cloud: the firewall, the headers, the token.
///
/// Source: docs/getnet.md 1.2, 1.5, 1.6.
struct RequestGate: Sendable {
    let cloud: Cloud

    /// Looks at a request.
    ///
    /// - Parameters:
    ///   - headers: its headers.
    ///   - contentType: the content type that its body must have, if it has one.
    ///   - needsToken: whether it needs a token.
    /// - Returns: who passes, or the answer to who does not.
    func admit(
        _ headers: HTTPFields,
        contentType: String?,
        needsToken: Bool = true
    ) -> Admission {
        if let key = cloud.configuration.apiKey, headers.value(of: "api-key") != key { return .refused(.firewallPage) }
        let faults = faults(in: headers, contentType: contentType, needsToken: needsToken)
        if !faults.isEmpty { return .faulty(faults) }
        guard needsToken else { return .admitted(token: "") }
        let token = headers[.authorization].map { String($0.dropFirst(Self.scheme.count)) } ?? ""
        guard cloud.withState({ $0.accepts(token, at: cloud.now) }) else { return .refused(unauthorized) }
        return .admitted(token: token)
    }

    /// The answer to a question that a flood washes away.
    var floodedQuestion: Response? {
        cloud.withState { $0.washAway(.questions) }.map(Response.flooded)
    }

    /// What the gate decides.
    enum Admission {
        case admitted(token: String)
        case refused(Response)
        case faulty([RequestFault])
    }

    /// The answer to a token that is not good.
    var unauthorized: Response {
        let body = cloud.writer(cloud.configuration.dialect).message(.unauthorized)
        return switch cloud.configuration.unauthorized {
        case .http401: .json(body, status: .unauthorized)
        case .wrapper: .json(body)
        }
    }

    private static let scheme = "Bearer "

    private func faults(in headers: HTTPFields, contentType: String?, needsToken: Bool) -> [RequestFault] {
        guard cloud.configuration.strict else { return [] }
        var faults: [RequestFault] = []
        func expect(_ name: String, _ found: String?, _ wanted: String) {
            guard found != wanted else { return }
            faults.append(RequestFault(name, found == nil ? "is missing" : "must be \(wanted)"))
        }
        expect("env", headers.value(of: "env"), cloud.configuration.environment)
        expect("country", headers.value(of: "country"), cloud.configuration.country)
        expect("app", headers.value(of: "app"), "posintegrado")
        if let contentType {
            let mediaType = headers[.contentType]?.prefix { $0 != ";" }.lowercased()
            expect("Content-Type", mediaType?.trimmingSuffix(of: " "), contentType)
        }
        if needsToken, headers[.authorization]?.hasPrefix(Self.scheme) != true {
            faults.append(RequestFault("Authorization", "must be a bearer token"))
        }
        return faults
    }
}

extension HTTPFields {
    /// The value of a header that has no constant.
    fileprivate func value(of name: String) -> String? {
        first { $0.name.canonicalName == name }?.value
    }
}

extension String {
    fileprivate func trimmingSuffix(of character: Character) -> String {
        var text = self
        while text.last == character { text.removeLast() }
        return text
    }
}
