// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension AnswerContent {
    /// Longer text that is no JSON document is a page for people, in bytes; its scripts and styles count for nothing.
    private static let longestMessage = 500

    /// Whether any text in a body speaks of something that was started: then a refusal beside it is not believed.
    ///
    /// A text that is documented as a refusal is one. *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
    func speaksOfStart(beside status: Int, _ catalogue: MessageCatalogue) -> Bool {
        switch self {
        case .empty, .undecodable: false
        case .json(let json): json.hasText { catalogue.speaksOfStart($0, beside: status) }
        case .text(let text):
            text.count <= Self.longestMessage && text.first { !$0.isJSONSpace } != UInt8(ascii: "<")
                && catalogue.speaksOfStart(String(decoding: text, as: UTF8.self), beside: status)
        }
    }
}

extension JSON {
    /// Whether one of the strings in it fits.
    fileprivate func hasText(_ fits: (String) -> Bool) -> Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): fits(text)
        case .array(let elements): elements.contains { $0.hasText(fits) }
        case .object(let members): members.contains { $0.value.hasText(fits) }
        }
    }
}
