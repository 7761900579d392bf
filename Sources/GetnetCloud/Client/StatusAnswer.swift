// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What a status query brought.
public enum StatusAnswer: Sendable, Equatable {
    /// The cloud said something about the transaction, if only that it is in process or that something failed.
    case answer(CloudAnswer)
    /// The cloud does not know that number, or not yet.
    case notFound(CloudAnswer)
    /// Nothing was learned: `cloud_unavailable`, `unauthorized`, `token_rejected` or `blocked`.
    case unavailable(Reason.Code)
}

/// What the end of a status query means.
enum QueryEnd: Equatable {
    /// It is clear what to tell the caller.
    case outcome(StatusAnswer)
    /// The token is not accepted.
    case unauthorized

    init(_ end: ExchangeEnd, reader: AnswerReader) {
        guard case .answered(let http) = end else {
            self = .outcome(.unavailable(.cloudUnavailable))
            return
        }
        let answer = reader.read(http.body)
        let fault = answer?.code == .error ? reader.catalogue.literal(answer?.message) : nil
        switch (http.status, answer) {
        case (401, _): self = .unauthorized
        case (200...299, .some) where fault == .unauthorized: self = .unauthorized
        case (200...299, .some(let answer)) where fault == .idNotFound: self = .outcome(.notFound(answer))
        case (200...299, .some(let answer)): self = .outcome(.answer(answer))
        case (404, _): self = .outcome(.notFound(answer ?? CloudAnswer(code: .unknown)))
        case (403, nil): self = .outcome(.unavailable(.blocked))
        default: self = .outcome(.unavailable(.cloudUnavailable))
        }
    }
}
