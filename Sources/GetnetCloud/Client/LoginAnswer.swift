// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// A token as a login brought it.
///
/// Source: docs/getnet.md 1.3, 1.4.
struct LoginAnswer: Equatable {
    /// Longer tokens do not fit the header fields of usual servers.
    static let longestToken = 16_384

    /// What goes behind `Bearer`.
    let bearer: String
    /// How long it serves, where the cloud says so.
    let lifetime: Duration?

    /// Reads how a login ended.
    ///
    /// Only a clear refusal of the credentials is `refused`; after any other failure a login may work later.
    static func read(_ end: ExchangeEnd, _ catalogue: MessageCatalogue) -> Result<LoginAnswer, LoginFailure> {
        let http: HTTPAnswer
        switch end {
        case .answered(let answer): http = answer
        case .neverSent(let trouble): return .failure(LoginFailure(trouble: .connection(trouble)))
        case .withheld: return .failure(LoginFailure(trouble: .connection(.noConnection)))
        case .interrupted: return .failure(LoginFailure(trouble: .noAnswer))
        }
        let wrapper = LooseObject(http.body.json?.loneElement)
        let isRefused = wrapper.map { isRefusal($0, catalogue) } ?? false
        switch http.status {
        case 200...299:
            if let wrapper, wrapper.value("code")?.looseInteger == 1, let answer = LoginAnswer(wrapper) {
                return .success(answer)
            }
            return .failure(LoginFailure(trouble: isRefused ? .refused : .unreadable, retryAfter: http.retryAfter))
        case 401: return .failure(LoginFailure(trouble: .refused))
        case 403 where wrapper?.has("code") != true:
            return .failure(LoginFailure(trouble: .blocked, retryAfter: http.retryAfter))
        case 429: return .failure(LoginFailure(trouble: .throttled, retryAfter: http.retryAfter))
        default:
            return .failure(LoginFailure(trouble: isRefused ? .refused : .serverFault, retryAfter: http.retryAfter))
        }
    }

    private init?(_ wrapper: LooseObject) {
        guard let data = LooseObject(wrapper.value("data")?.loneElement),
            let token = data.value("token")?.string?.trimmed,
            (1...Self.longestToken).contains(token.utf8.count),
            // It becomes part of a header.
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        bearer = token
        lifetime = data.value("expires_in")?.looseInteger.flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    /// The documented failure of a login shows its reason only in the text.
    ///
    /// Source: docs/getnet.md 1.3.
    private static func isRefusal(_ wrapper: LooseObject, _ catalogue: MessageCatalogue) -> Bool {
        guard wrapper.value("code")?.looseInteger == 0, let message = wrapper.value("message")?.string else {
            return false
        }
        return catalogue.literal(message) == .unauthorized
            || MessageCatalogue.normalized(message) == "INVALID CREDENTIALS"
    }
}
