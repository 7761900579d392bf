// SPDX-License-Identifier: Apache-2.0

/// A message from the command queue as the core sees it: values only, no AMQP types.
public struct CommandMessage: Sendable {
    /// The exchange it was published to.
    public var exchange: String
    /// The key it was published with; its first word is the command's type.
    public var routingKey: String
    /// The body, whole or as much of it as was kept.
    public var body: [UInt8]
    /// The body's size on the wire, in bytes; larger than `body.count` when it was cut.
    public var fullSize: Int
    /// The property `content_type`.
    public var contentType: String?
    /// The property `content_encoding`.
    public var contentEncoding: String?
    /// The property `message_id`; nothing is decided by it.
    public var messageID: String?
    /// The headers whose values are strings.
    public var headers: [String: String]
    /// Whether there were more headers, or more deeply nested ones, than are read; `headers` is empty then.
    public var headersWereDropped = false
    /// The property `timestamp`.
    public var timestamp: Timestamp?
    /// The property `app_id`: which program says that it sent it.
    public var appID: String?
    /// The property `user_id`: which user sent it, as the broker has checked.
    public var userID: String?
    /// When a queue dropped it for the first time, by its `x-death` header.
    public var firstDeath: Timestamp?
    /// When it expired in the command queue; such a message leads to an event only.
    public var expiredAt: Timestamp?
    /// Properties that hold bytes which are no UTF-8, by their names.
    public var unreadableProperties: Set<String> = []
    /// `reply_to`, `correlation_id`, trace context.
    public var address: ReplyAddress

    /// A message from its parts.
    public init(
        exchange: String,
        routingKey: String,
        body: [UInt8],
        fullSize: Int? = nil,
        contentType: String? = nil,
        contentEncoding: String? = nil,
        messageID: String? = nil,
        headers: [String: String] = [:],
        timestamp: Timestamp? = nil,
        address: ReplyAddress = ReplyAddress()
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.fullSize = fullSize ?? body.count
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.messageID = messageID
        self.headers = headers
        self.timestamp = timestamp
        self.address = address
    }
}

extension CommandMessage {
    /// What makes two deliveries one message: everything that its publisher gave it.
    public var fingerprint: EventID {
        var content = EventID.Content()
        // A binary CloudEvent has its id and time in headers; headers that brokers add are not the publisher's.
        let attributes = headers.filter { $0.key.hasPrefix("ce-") || $0.key.hasPrefix("cloudEvents") }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            content.add(name.utf8)
            content.add(value.utf8)
        }
        content.add(exchange.utf8)
        content.add(routingKey.utf8)
        content.add(body)
        content.add(String(fullSize).utf8)
        content.add((contentType ?? "").utf8)
        content.add((messageID ?? "").utf8)
        content.add((timestamp.map { String($0.milliseconds) } ?? "").utf8)
        content.add((address.correlationID ?? "").utf8)
        return EventID(hashing: content)
    }
}

/// One thing that is wrong with a command.
public struct CommandFault: Sendable, Equatable {
    /// What kind of fault it is.
    public enum Code: String, Sendable, CaseIterable {
        case bodyTooLarge = "body_too_large"
        case contentTypeUnsupported = "content_type_unsupported"
        case invalidJSON = "invalid_json"
        case invalidCloudEvent = "invalid_cloud_event"
        case wrongType = "wrong_type"
        case required
        case null
        case unknownMember = "unknown_member"
        case repeatedMember = "repeated_member"
        case invalidFormat = "invalid_format"
        case outOfRange = "out_of_range"
        case currencyMismatch = "currency_mismatch"
        case typeMismatch = "type_mismatch"
        case accountMismatch = "account_mismatch"
        case unknownType = "unknown_type"
        // No command gets this code now; it stays, because no word of the contract is taken back.
        case notSupportedYet = "not_supported_yet"
        case notInCountry = "not_in_country"
        case unknownAccount = "unknown_account"
        case accountAmbiguous = "account_ambiguous"
        case unknownAlias = "unknown_alias"
        case notStorable = "not_storable"
        case invalidReplyTo = "invalid_reply_to"
        case idempotencyConflict = "idempotency_conflict"
        case referenceInUse = "reference_in_use"
        case wrongExchange = "wrong_exchange"
        case unknownTransaction = "unknown_transaction"
        case notPossible = "not_possible"
        case alreadyFinal = "already_final"
        case originalNotPaid = "original_not_paid"
        case originalMismatch = "original_mismatch"
        case originalTooOld = "original_too_old"
        case batchClosed = "batch_closed"
        case exceedsRemaining = "exceeds_remaining"

        /// Whether a rule refused a well-formed message because of what the bridge knows: there is nothing to mend.
        public var isRule: Bool {
            switch self {
            case .idempotencyConflict, .referenceInUse, .unknownTransaction, .notPossible, .alreadyFinal,
                .originalNotPaid,
                .originalMismatch, .originalTooOld, .batchClosed, .exceedsRemaining:
                true
            case .bodyTooLarge, .contentTypeUnsupported, .invalidJSON, .invalidCloudEvent, .wrongType, .required, .null,
                .unknownMember, .repeatedMember, .invalidFormat, .outOfRange, .currencyMismatch, .typeMismatch,
                .accountMismatch, .unknownType, .notSupportedYet, .notInCountry, .unknownAccount, .accountAmbiguous,
                .unknownAlias, .notStorable, .invalidReplyTo, .wrongExchange:
                false
            }
        }
    }

    /// Where it is: a path through the members (`amount.value`), a property (`reply_to`), or empty for the whole.
    public let path: String
    /// What kind of fault it is.
    public let code: Code
    /// One sentence for a person, without the offending value.
    public let message: String

    /// A fault from its parts.
    public init(_ path: String, _ code: Code, _ message: String) {
        self.path = path
        self.code = code
        self.message = message
    }
}

/// Why a command was not taken, as much of it as could be read.
public struct CommandRejection: Error, Sendable, Equatable {
    /// Every fault that was found; never empty.
    public var faults: [CommandFault]
    /// The command's id where it could be read.
    public var commandID: String?
    /// The command's type where it could be read.
    public var type: String?
    /// The name of the command's account where that is known.
    public var account: String?
    /// The publisher's object where it could be read.
    public var metadata: [UInt8]?
    /// The transaction that stands in the way.
    public var conflict: Conflict?
    /// Whether it is a control message, whose id is that of another message.
    public var isControl: Bool

    /// A rejection from its parts.
    public init(
        faults: [CommandFault],
        commandID: String? = nil,
        type: String? = nil,
        account: String? = nil,
        metadata: [UInt8]? = nil,
        conflict: Conflict? = nil,
        isControl: Bool = false
    ) {
        self.faults = faults
        self.commandID = commandID
        self.type = type
        self.account = account
        self.metadata = metadata
        self.conflict = conflict
        self.isControl = isControl
    }

    /// The transaction that stands in the way of a command.
    public struct Conflict: Sendable, Equatable {
        /// Its name.
        public let transactionID: TransactionID
        /// How it stands.
        public let status: TransactionStatus
        /// The members in which the command differs from it; `nil` where nothing was compared.
        public let differs: [String]?
        /// What is left of it that can be given back; `nil` where that is not the matter.
        public let remaining: Money?

        /// A conflict from its parts.
        public init(
            transactionID: TransactionID,
            status: TransactionStatus,
            differs: [String]?,
            remaining: Money? = nil
        ) {
            self.transactionID = transactionID
            self.status = status
            self.differs = differs
            self.remaining = remaining
        }
    }
}
