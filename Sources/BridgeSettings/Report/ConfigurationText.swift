// SPDX-License-Identifier: Apache-2.0

/// What was written for one key, before it is interpreted.
struct ConfigurationText: Sendable, Equatable {
    /// The two shapes that a configuration file has for a value; flags and environment know only the first.
    enum Content: Sendable, Equatable {
        case one(String)
        case several([String])

        /// Every text that was written.
        var texts: [String] {
            switch self {
            case .one(let text): [text]
            case .several(let texts): texts
            }
        }
    }

    let content: Content
    let origin: ConfigurationOrigin
}

/// Why a text is no value of its key.
struct UnreadableValue: Error {
    /// One reason.
    struct Reason: Sendable {
        /// The part of a list that is meant; nothing means the whole text.
        let element: String?
        /// What is said about it: `is no whole number`.
        let predicate: String
        let hint: String?
    }

    let reasons: [Reason]

    init(_ predicate: String, hint: String? = nil) {
        reasons = [Reason(element: nil, predicate: predicate, hint: hint)]
    }

    init(reasons: [Reason]) {
        self.reasons = reasons
    }
}
