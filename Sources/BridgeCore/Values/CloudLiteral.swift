// SPDX-License-Identifier: Apache-2.0

/// What the cloud means by a text beside the wrapper's code 0; the raw values are an operator's words.
///
/// Source: docs/getnet.md 6.3.
public enum CloudFault: String, Sendable, Hashable, CaseIterable {
    /// The token is not accepted; nothing was started.
    case unauthorized
    /// No terminal of that triplet; nothing was started.
    case terminalUnknown = "unknown_terminal"
    /// The terminal is another merchant's; nothing was started.
    case wrongMerchant = "wrong_merchant"
    /// The terminal works on something else; this command was not started.
    case terminalBusy = "busy"
    /// The cloud's service towards the terminal does not respond: the result is not known.
    case terminalUnreachable = "unreachable"
    /// The terminal did not answer in time: the result is not known.
    case timeout
    /// No transaction of that number.
    case idNotFound = "id_not_found"

    /// Whether nothing was started where the cloud says so, so that another POST or `failed` may follow.
    public var provesNoStart: Bool {
        switch self {
        case .unauthorized, .terminalUnknown, .wrongMerchant, .terminalBusy: true
        case .terminalUnreachable, .timeout, .idNotFound: false
        }
    }
}

/// A text of the cloud with a known meaning.
///
/// Only its text shows the class of a wrapper code 0, and a wrong reading that permits another POST is a double charge.
/// So a text must agree as a whole; only one text is documented by its beginning.
/// *Source*: docs/getnet.md 6.3; docs/promises.md 4.3.
public struct CloudLiteral: Sendable, Hashable {
    /// How much of a text has to agree.
    public enum Extent: Sendable, Hashable {
        /// All of it.
        case whole
        /// Its first words; what follows is unknown and must not speak of anything else.
        case beginning
    }

    /// Where a literal was seen.
    public enum Origin: Sendable, Hashable {
        /// In Getnet's catalogue of answers, whose column is titled "English equivalent".
        case catalogue
        /// In Getnet's page on the identity of terminals.
        case terminalIdentity
        /// On the wire, by an operator: `cloud.messages`.
        case `operator`
    }

    /// The text as it was seen.
    public let text: String
    /// What it means.
    public let fault: CloudFault
    /// How much of it has to agree.
    public let extent: Extent
    /// Where it was seen.
    public let origin: Origin

    /// A literal from its parts.
    public init(_ text: String, _ fault: CloudFault, _ extent: Extent = .whole, origin: Origin) {
        self.text = text
        self.fault = fault
        self.extent = extent
        self.origin = origin
    }

    /// The English literals, presumed in every country: no Spanish one of an error was ever seen.
    ///
    /// Source: docs/getnet.md 6.3.
    public static let documented = [
        CloudLiteral("UNAUTHORIZED", .unauthorized, origin: .catalogue),
        CloudLiteral("ID NOT FOUND", .idNotFound, origin: .catalogue),
        // The catalogue ends it with an ellipsis.
        CloudLiteral("KEYPOS NOT FOUND", .terminalUnknown, .beginning, origin: .catalogue),
        CloudLiteral("INCORRECT REQUEST FOR MERCHANT ID", .wrongMerchant, origin: .terminalIdentity),
        CloudLiteral("OPERATION IN PROGRESS", .terminalBusy, origin: .catalogue),
        CloudLiteral("C2C SERVICE NOT RESPONDING", .terminalUnreachable, origin: .catalogue),
        CloudLiteral("TIMEOUT", .timeout, origin: .catalogue),
    ]
}
