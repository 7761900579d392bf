// SPDX-License-Identifier: Apache-2.0

/// Puts a content method, its header and its body frames together.
///
/// Pure. `Head` is what the method said. Only as much of a body is kept as the limits allow; what is above still has to
/// be read, and is counted, not stored.
struct FrameAssembler<Head> {
    /// A whole message.
    struct Assembled {
        let head: Head
        let properties: AMQPProperties
        let headersDropped: Bool
        let body: [UInt8]
        let fullSize: UInt64
    }

    /// What a frame led to.
    enum Step {
        case incomplete
        case complete(Assembled)
    }

    /// A sequence of frames that no honest broker sends.
    enum Fault: Error, Equatable {
        case methodInsideContent
        case headerWithoutMethod
        case bodyWithoutHeader
        case bodyAboveAnnouncedSize
    }

    private enum State {
        case idle
        case awaitingHeader(Head)
        case awaitingBody(Partial)
    }

    private struct Partial {
        let head: Head
        let properties: AMQPProperties
        let headersDropped: Bool
        let fullSize: UInt64
        var received: UInt64 = 0
        var body: [UInt8] = []
        let kept: Int

        var assembled: Assembled {
            Assembled(
                head: head,
                properties: properties,
                headersDropped: headersDropped,
                body: body,
                fullSize: fullSize
            )
        }
    }

    private let limits: BodyLimits
    private var state = State.idle

    init(_ limits: BodyLimits) {
        self.limits = limits
    }

    /// Takes a method that content follows.
    mutating func begin(_ head: Head) throws(Fault) {
        guard case .idle = state else { throw .methodInsideContent }
        state = .awaitingHeader(head)
    }

    /// Takes a content header.
    mutating func header(
        bodySize: UInt64,
        properties: AMQPProperties,
        headersDropped: Bool
    ) throws(Fault) -> Step {
        guard case .awaitingHeader(let head) = state else { throw .headerWithoutMethod }
        var partial = Partial(
            head: head,
            properties: properties,
            headersDropped: headersDropped,
            fullSize: bodySize,
            kept: limits.kept(of: bodySize)
        )
        guard bodySize > 0 else {
            state = .idle
            return .complete(partial.assembled)
        }
        partial.body.reserveCapacity(partial.kept)
        state = .awaitingBody(partial)
        return .incomplete
    }

    /// Takes a body frame.
    mutating func body(_ fragment: some Collection<UInt8>) throws(Fault) -> Step {
        guard case .awaitingBody(var partial) = state else { throw .bodyWithoutHeader }
        // Emptied first, so that the array inside is not copied.
        state = .idle
        partial.received += UInt64(fragment.count)
        guard partial.received <= partial.fullSize else { throw .bodyAboveAnnouncedSize }
        partial.body.append(contentsOf: fragment.prefix(partial.kept - partial.body.count))
        guard partial.received < partial.fullSize else { return .complete(partial.assembled) }
        state = .awaitingBody(partial)
        return .incomplete
    }

    /// Forgets a message that was not finished, because its channel has ended.
    mutating func reset() {
        state = .idle
    }
}

/// How much of a message's body is kept.
public struct BodyLimits: Sendable, Equatable {
    /// Up to this many bytes a body is kept whole.
    public var messageSizeMax: Int
    /// How many bytes of a larger one are kept, from its beginning.
    public var truncatedSize: Int

    /// Makes limits.
    public init(messageSizeMax: Int = 1024 * 1024, truncatedSize: Int = 4096) {
        precondition(messageSizeMax >= truncatedSize && truncatedSize >= 0, "the beginning is not above the whole")
        self.messageSizeMax = messageSizeMax
        self.truncatedSize = truncatedSize
    }

    func kept(of bodySize: UInt64) -> Int {
        bodySize <= UInt64(messageSizeMax) ? Int(bodySize) : truncatedSize
    }
}
