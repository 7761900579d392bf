// SPDX-License-Identifier: Apache-2.0

/// How answers are spelled, where docs/getnet.md leaves it open.
public struct Dialect: Equatable, Sendable {
    /// The language of messages.
    public var locale: Locale
    /// Where the terminal's result is.
    public var layout: Layout
    /// The JSON type of `idPosTxs`.
    public var idType: IDType
    /// What bytes a text becomes.
    public var coding = Coding.plain
    /// How query and journal spell what the callback told.
    public var retelling = Retelling.same
    /// How the merchant's number comes back.
    public var ticket = Ticket.asSent
    /// How callbacks are carried.
    public var carriage = Carriage.usual

    /// The language of messages.
    public enum Locale: String, Sendable, CaseIterable {
        /// English, as the documentation's catalogue.
        case en
        /// Spanish, as the captured answers.
        case es
    }

    /// Where the terminal's result is.
    public enum Layout: String, Sendable, CaseIterable {
        /// In `data.response`, as captured.
        case nested
        /// In `data` itself, with `code` and `message`, as documented.
        case flat
        /// As captured, but `data` is a string that holds the object.
        case dataAsText
    }

    /// What bytes a text becomes.
    public enum Coding: String, Sendable, CaseIterable {
        /// UTF-8.
        case plain
        /// UTF-8 behind a byte order mark.
        case byteOrderMark
        /// UTF-16, the lower half first, behind a byte order mark.
        case utf16
        /// ISO 8859-1, and the header says so.
        case latin1
        /// `Content-Encoding: gzip`, whether it was asked for or not.
        case gzip
    }

    /// How query and journal spell what the callback told.
    public enum Retelling: String, Sendable, CaseIterable {
        /// In the same way.
        case same
        /// `authorizationCode` as a number, so that zeros in front are lost.
        case number
        /// `customId` in upper case, the letters of the authorization in lower case.
        case letterCase = "letter-case"
        /// The terminal's time one second later.
        case secondLater = "second-later"
    }

    /// How the merchant's number comes back as `ticket`.
    public enum Ticket: String, Sendable, CaseIterable {
        /// As it was sent.
        case asSent = "as-sent"
        /// Without zeros in front.
        case withoutZeros = "without-zeros"
        /// In the other letter case.
        case otherCase = "other-case"
        /// Its first 20 characters.
        case cut
    }

    /// How callbacks are carried.
    public enum Carriage: String, Sendable, CaseIterable {
        /// As any client does.
        case usual
        /// In chunks.
        case chunked
        /// With `Expect: 100-continue`: the body follows once the listener asks for it.
        case expecting
        /// Over HTTP/1.0.
        case old
        /// Over one connection for all of them.
        case kept
    }

    /// The JSON type of `idPosTxs`.
    public enum IDType: String, Sendable, CaseIterable {
        /// A number.
        case int
        /// A string of digits.
        case string
    }

    /// Creates a dialect.
    ///
    /// - Parameters:
    ///   - locale: the language of messages.
    ///   - layout: where the terminal's result is.
    ///   - idType: the JSON type of `idPosTxs`.
    public init(locale: Locale = .en, layout: Layout = .nested, idType: IDType = .int) {
        self.locale = locale
        self.layout = layout
        self.idType = idType
    }
}
