// SPDX-License-Identifier: Apache-2.0

/// What is read alike in messages of the command queue and of the control queue.
extension CommandReader.Rules {
    /// Opens a message that has a size, properties and an envelope that are taken.
    ///
    /// Other faults are added to the list; the trace context of the envelope is added to the message's address.
    func open(
        _ message: inout CommandMessage,
        _ faults: inout [CommandFault]
    ) throws(CommandRejection) -> CommandPayload {
        if message.unreadableProperties.contains("correlation_id") {
            faults.append(
                CommandFault("correlation_id", .invalidFormat, "is no UTF-8 text and could not come back as it was")
            )
        }
        if message.unreadableProperties.contains("reply_to") {
            faults.append(CommandFault("reply_to", .invalidReplyTo, "is no UTF-8 text, so it names no queue"))
        }
        if message.headersWereDropped {
            // One of them may have been the time of a CloudEvent.
            faults.append(
                CommandFault("headers", .outOfRange, "there are too many headers, or they are nested too deeply")
            )
        }
        if let replyTo = message.address.replyTo, ownQueues.contains(replyTo) {
            faults.append(
                CommandFault("reply_to", .invalidReplyTo, "replies cannot go to a queue of the bridge itself")
            )
        }
        guard message.fullSize <= maxBytes, message.body.count == message.fullSize else {
            faults.append(
                CommandFault("", .bodyTooLarge, "the body has \(message.fullSize) bytes, \(maxBytes) are allowed")
            )
            throw CommandRejection(faults: faults)
        }
        do {
            let payload = try CommandPayload.open(message)
            // The header's trace context goes first: it covers more of the way than the one inside the event.
            if message.address.traceparent == nil { message.address.carryOn(payload.traceparent, payload.tracestate) }
            return payload
        } catch {
            throw CommandRejection(faults: faults + [error])
        }
    }
}

extension CommandPayload {
    /// A type is quoted in a rejection up to this many bytes; a longer one is left out.
    private static let quotedTypeLimit = 32

    /// The type as it was written, where it is short enough to be told back.
    var writtenType: String? {
        data["type"]?.string.flatMap { $0.utf8.count <= Self.quotedTypeLimit ? $0 : nil }
    }
}

extension MemberReader {
    /// The account that a message names; a fault where there is no such account.
    mutating func account(among accounts: Accounts) -> Account? {
        guard has("account"), let name = string("account", .required) else { return nil }
        if let account = accounts[name] { return account }
        fault("account", .unknownAccount, "this bridge has no such account")
        return nil
    }

    /// The publisher's object as compact JSON.
    mutating func metadata() -> [UInt8]? {
        guard has("metadata"), let value = rawObject("metadata") else { return nil }
        // An object with nulls or repeated members was refused already, and the bridge does not echo it either.
        guard !faults.contains(where: { $0.path.hasPrefix("metadata") }) else { return nil }
        let bytes = value.serialized
        guard bytes.count <= CommandReader.metadataLimit else {
            fault("metadata", .outOfRange, "more than \(CommandReader.metadataLimit) bytes")
            return nil
        }
        return bytes
    }
}

extension CommandMessage {
    /// The second word of the routing key; `nil` where there is none.
    var accountWord: String? {
        let words = routingKey.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        return words.count > 1 ? String(words[1]) : nil
    }
}

extension MemberReader {
    /// Refuses a command whose routing key names another account than the command.
    ///
    /// The broker's topic permissions depend on the key. A word that is no account of the bridge is the platform's own.
    /// Source: docs/promises.md 1.4.
    mutating func refuse(accountWord word: String?, unlessOf account: Account, among accounts: Accounts) {
        guard let word, word != account.name, accounts[word] != nil else { return }
        fault(
            "account",
            .accountMismatch,
            "it is for the account \(account.name), and the second word of the routing key names another one"
        )
    }
}
