// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

extension CloudLiteral {
    /// Why a text must not be a literal.
    public enum Unfitness: Sendable, Equatable {
        /// There is no letter in it.
        case empty
        /// It is longer than what is read of a text of the cloud.
        case tooLong
        /// It is to permit another POST and speaks of waiting for the terminal, or of progress without being "busy".
        case speaksOfStart
    }

    /// Longer texts are none, in bytes; a text that was cut must never be a whole one.
    public static let longest = 200

    /// Why the text must not be a literal, `nil` where it may.
    public var unfitness: Unfitness? {
        let plain = MessageCatalogue.plain(text)
        if !plain.contains(where: \.isLetter) { return .empty }
        if text.utf8.count > Self.longest { return .tooLong }
        let speaks =
            fault == .terminalBusy
            ? MessageCatalogue.maySpeakOfWaiting(plain) : MessageCatalogue.maySpeakOfStart(plain)
        return fault.provesNoStart && speaks ? .speaksOfStart : nil
    }

    /// What others of these literals say of the same text, where it is something else.
    public func contradiction(among literals: [CloudLiteral]) -> CloudFault? {
        MessageCatalogue(literals).literal(text).flatMap { $0 == fault ? nil : $0 }
    }
}
