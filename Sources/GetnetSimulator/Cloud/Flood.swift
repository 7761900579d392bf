// SPDX-License-Identifier: Apache-2.0

/// What a flood washes away.
public enum FloodedRequest: String, Sendable, CaseIterable {
    /// POSTs of a sale.
    case sales
    /// Status queries, reads of a journal and the list of terminals.
    case questions
}

/// What every request of a kind is answered with, until the flood ends; nothing is started.
public struct FloodAnswer: Equatable, Sendable {
    /// The HTTP statuses that it may have.
    public static let statuses = 400...599

    /// The HTTP status.
    public let status: Int
    /// The seconds of `Retry-After`; absent: no such header.
    public let retryAfter: Int?

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - status: the HTTP status, one of ``statuses``.
    ///   - retryAfter: the seconds of `Retry-After`; absent: no such header.
    public init(status: Int, retryAfter: Int? = nil) {
        precondition(Self.statuses.contains(status), "a flood answers with an error")
        self.status = status
        self.retryAfter = retryAfter
    }

    /// The answer in one word.
    var word: String {
        switch status {
        case 429: "tooManyRequests"
        case 500: "serverError"
        case 502: "badGateway"
        case 503: "serviceUnavailable"
        default: "status\(status)"
        }
    }
}

extension CloudState {
    /// The answer to a request that a flood washes away, which is counted.
    ///
    /// - Parameter request: its kind.
    /// - Returns: the answer; nothing if there is no flood.
    mutating func washAway(_ request: FloodedRequest) -> FloodAnswer? {
        guard let answer = floods[request] else { return nil }
        ledger.count { $0.flooded += 1 }
        return answer
    }
}
