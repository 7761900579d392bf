// SPDX-License-Identifier: Apache-2.0

/// How a POST ended, in classes that decide.
///
/// Source: docs/promises.md 4.2.
public enum SubmissionOutcome: Sendable, Equatable {
    /// The cloud took it and gave it a number; `namesUs` where our own name stands beside the number.
    case acknowledged(idPosTxs: String, namesUs: Bool = false)
    /// The answer holds the terminal's result already.
    case answered(CloudAnswer)
    /// It did not start: nothing was sent, or the cloud said so.
    case notStarted(Refusal)
    /// It may have started; never repeat it.
    case unknown(Doubt)

    /// A POST that started nothing: it was not sent, or the cloud refused it.
    public struct Refusal: Sendable, Equatable {
        /// Why.
        public let code: Reason.Code
        /// Whether the same POST may work later.
        public let isTransient: Bool
        /// How long the cloud asks to wait.
        public let retryAfter: Duration?
        /// What the cloud said, without runs of digits and cut to `longestWords`; `nil` where it said nothing.
        public let said: String?

        /// Whether the cloud answered that nothing started, which may be untrue; `false` where nothing was sent.
        ///
        /// Every answer counts, a rejected token's too: decision 0012.
        public var isAnswer: Bool { code == .terminalBusy || said != nil }

        /// What the cloud said is cut here, in bytes of UTF-8.
        public static let longestWords = 200

        /// A refusal from its parts.
        public init(_ code: Reason.Code, isTransient: Bool, retryAfter: Duration? = nil, said: String? = nil) {
            self.code = code
            self.isTransient = isTransient
            self.retryAfter = retryAfter
            self.said = said
        }
    }

    /// Why the result is not known.
    public enum Doubt: Sendable, Equatable {
        /// No acknowledgement, or one that says nothing.
        case noAcknowledgement
        /// The cloud says that its service towards the terminal does not respond.
        case terminalUnreachable
    }
}
