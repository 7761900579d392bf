// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import BridgeCore
internal import Glibc
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1

/// How an exchange over HTTP ended.
enum ExchangeEnd: Sendable {
    /// No byte of the request's body was given to a connection, and none ever will be, for that reason.
    case neverSent(ConnectionTrouble)
    /// The same, because at the last moment it was not to leave any more.
    case withheld
    /// The body may have left; no complete answer came.
    case interrupted
    /// A complete answer came.
    case answered(HTTPAnswer)
}

/// A complete answer over HTTP.
struct HTTPAnswer: Sendable {
    /// The status code.
    var status: Int
    /// How long the server asks to wait, where it says so.
    var retryAfter: Duration?
    /// The body, no longer than the limit of its pool.
    var body: AnswerContent
}

extension HTTPAnswer {
    /// An answer as it came, its body read.
    init(_ raw: HTTPExchange.RawAnswer) {
        self.init(
            status: raw.status,
            retryAfter: raw.retryAfter,
            body: AnswerContent(
                raw.body,
                contentType: raw.contentType,
                contentEncoding: raw.contentEncoding,
                limit: raw.bodyLimit
            )
        )
    }

    /// An answer whose header fields say nothing of its body.
    init(status: Int, retryAfter: Duration? = nil, body: [UInt8]) {
        self.init(status: status, retryAfter: retryAfter, body: AnswerContent(body))
    }
}

/// One request and its answer, and the proof whether the request may have left.
///
/// The proof is the body's stream. AsyncHTTPClient 1.37 (`HTTP1ClientChannelHandler.swift`, `sendRequestHead` and
/// `run(.notifyRequestHeadSendSuccessfully)`) writes the head first and asks for the body afterwards, on a connection
/// that is open and handed to this request alone. A request whose body was never asked for is at most a head that
/// promises more bytes; no server can act on it, and `HeadWithBody` keeps even that back. Its errors prove nothing:
/// `deadlineExceeded` comes while queued and after sending alike. `seal` shuts the stream before the bridge concludes
/// "never sent", so that the conclusion stays true with anything that the library does later.
///
/// The library never repeats a request by itself: `HTTPConnectionPool.swift` removes it from the queue when it hands it
/// to a connection, and `HTTP1Connection.swift` fails it where that connection is closed already. What it can repeat is
/// opening a connection (`retryConnectionEstablishment`) and following a redirect (`RedirectState.swift`, which on 307
/// and 308 repeats a POST with its body); both are off here.
final class HTTPExchange: HTTPClientResponseDelegate {
    /// A complete answer whose body was not looked at yet: that is not the event loop's work.
    struct RawAnswer: Sendable {
        let status: Int
        let retryAfter: Duration?
        let body: [UInt8]
        let contentType: String?
        let contentEncoding: String?
        /// The most bytes of the body, before and after it is decoded.
        let bodyLimit: Int
    }

    /// A longer answer is not read to its end, in bytes.
    static let bodyLimit = 256 * 1_024

    /// An answer was longer than the limit.
    struct BodyTooLong: Error {}
    /// The body was asked for after it was sealed.
    struct Sealed: Error {}

    private enum RequestBody {
        case closed
        case asked
        case sealed
        /// Sealed because it was not to leave any more.
        case withheld
    }

    private struct State {
        var requestBody = RequestBody.closed
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    private let eventLoop: any EventLoop
    private let bodyLimit: Int
    private let clock: CloudClock
    private let mayLeave: @Sendable () -> Bool
    private let hasLeft: @Sendable () -> Void
    private let state = NIOLockedValueBox(State())

    /// An exchange; `mayLeave` is asked once before an open connection gets the body, `hasLeft` told afterwards.
    init(
        eventLoop: any EventLoop,
        bodyLimit: Int = HTTPExchange.bodyLimit,
        clock: CloudClock = CloudClock(),
        mayLeave: @escaping @Sendable () -> Bool = { true },
        hasLeft: @escaping @Sendable () -> Void = {}
    ) {
        self.eventLoop = eventLoop
        self.bodyLimit = bodyLimit
        self.clock = clock
        self.mayLeave = mayLeave
        self.hasLeft = hasLeft
    }

    /// Writes the request's body, unless it is sealed.
    func write(_ buffer: ByteBuffer, to writer: HTTPClient.Body.StreamWriter) -> EventLoopFuture<Void> {
        let mayWrite = state.withLockedValue { state in
            switch state.requestBody {
            case .closed:
                state.requestBody = mayLeave() ? .asked : .withheld
                return state.requestBody == .asked
            case .asked: return true
            case .sealed, .withheld: return false
            }
        }
        return mayWrite ? writer.write(.byteBuffer(buffer)) : eventLoop.makeFailedFuture(Sealed())
    }

    /// Shuts the request's body for ever; whether it was asked for before.
    func seal() -> Bool {
        state.withLockedValue { state in
            switch state.requestBody {
            case .closed:
                state.requestBody = .sealed
                return false
            case .sealed, .withheld: return false
            case .asked: return true
            }
        }
    }

    /// Whether it was held back at the last moment.
    var isWithheld: Bool { state.withLockedValue { $0.requestBody == .withheld } }

    func didSendRequest(task: HTTPClient.Task<RawAnswer>) {
        hasLeft()
    }

    // MARK: - The answer

    func didReceiveHead(task: HTTPClient.Task<RawAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        clock.hear(head.headers.first(name: "Date"))
        state.withLockedValue { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<RawAnswer>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = state.withLockedValue { state in
            guard state.body.readableBytes + buffer.readableBytes <= bodyLimit else { return false }
            if state.body.readableBytes == 0 { state.body = buffer } else { state.body.writeImmutableBuffer(buffer) }
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(BodyTooLong())
    }

    func didFinishRequest(task: HTTPClient.Task<RawAnswer>) throws -> RawAnswer {
        let (head, body) = state.withLockedValue { ($0.head, $0.body) }
        guard let head else { throw HTTPClientError.remoteConnectionClosed }
        let codings = head.headers["Content-Encoding"]
        return RawAnswer(
            status: Int(head.status.code),
            retryAfter: Self.retryAfter(head.headers),
            body: Array(body.readableBytesView),
            contentType: head.headers.first(name: "Content-Type"),
            contentEncoding: codings.isEmpty ? nil : codings.joined(separator: ","),
            bodyLimit: bodyLimit
        )
    }

    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        guard let field = headers.first(name: "Retry-After") else { return nil }
        return RetryAfter.wait(field, answered: headers.first(name: "Date"), now: Int64(time(nil)))
    }
}
