// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import GetnetCloud
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Takes Getnet's callbacks: checks the token, stores what came, and answers 200 only after the commit.
///
/// Source: docs/promises.md 5.2.
struct CallbackListener: HTTPResponder {
    typealias Context = CallbackContext

    let path: CallbackPath
    let keys: CallbackKeyRing
    let allowedSources: [CIDR]
    let maxBytes: Int
    let answers: CallbackReaders
    let transitions: Transitions
    let work: TerminalWork
    let store: any StoreReading
    let storeWatch: StoreWatch
    let callbackWatch: CallbackWatch
    let clock: @Sendable () -> Timestamp
    let forwarding: QueryForwarding
    let metrics: Metrics
    /// Those that wait for their commit.
    let waiting = WaitingCallbacks(limit: StoreWatch.longestCommit)

    /// How long the server may take to send an answer.
    private static let answering = Duration.milliseconds(50)

    func respond(to request: Request, context: CallbackContext) async throws -> Response {
        let outcome = await outcome(of: request, context)
        metrics.increment(.callbacks, outcome.rawValue)
        return outcome.response
    }

    private func outcome(of request: Request, _ context: CallbackContext) async -> CallbackOutcome {
        guard let address = path.read(request.uri.string) else { return .notFound }
        guard request.method == .post else { return .methodNotAllowed }
        guard isAllowed(context.remoteAddress) else { return .sourceNotAllowed }
        guard let id = address.id, let token = address.token, keys.accepts(token, for: id) else {
            if let id = address.id { await bringQueryForward(id) }
            return .tokenInvalid
        }
        let body: ByteBuffer
        do {
            let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
            guard length <= maxBytes else { throw NIOTooManyBytesError(maxBytes: maxBytes) }
            body = try await request.body.collect(upTo: maxBytes)
        } catch {
            // Even without its body it shows that the cloud has the sale, so no refusal of the POST is to be believed.
            let refusal: CallbackOutcome = error is NIOTooManyBytesError ? .tooLarge : .interrupted
            return await committed(size: 0) { await noteUnreadable(id) ? refusal : .storeUnavailable }
        }
        let bytes = Array(body.readableBytesView)
        let content = AnswerContent(
            bytes,
            contentType: request.headers[.contentType],
            contentEncoding: request.headers[.contentEncoding],
            limit: maxBytes
        )
        FailPoint.callbackUncommitted.reach()
        let outcome = await taken(content, bytes, for: id)
        guard outcome != .storeUnavailable else { return outcome }
        FailPoint.callbackCommitted.reach()
        FailPoint.callbackAnswered.reach(after: Self.answering)
        return outcome
    }

    /// What comes of a callback once it is durable; `storeUnavailable` if the disk does not answer in time.
    ///
    /// The commit may still succeed then. Getnet sends the same callback again, and that changes nothing.
    ///
    /// - Parameters:
    ///   - size: how many bytes came; `nil` for what is no evidence.
    ///   - work: makes it durable.
    /// - Returns: how the callback is answered.
    func committed(
        size: Int?,
        _ work: @escaping @Sendable () async -> CallbackOutcome
    ) async -> CallbackOutcome {
        // While a commit does not come back, it is useless to wait. The callback is noted all the same, once the disk
        // answers: Getnet was told to come again, but a refusal of the POST must not be believed then, and no command
        // may be told as never started.
        guard !isStuck else {
            if let size { waiting.goOn(size: size, with: work) }
            return .storeUnavailable
        }
        return await waiting.outcome(of: work) ?? .storeUnavailable
    }

    /// Whether a commit has not come back for so long that nothing waits behind it any more.
    var isStuck: Bool { storeWatch.isStuck }

    /// Notes that a callback came; `false` if the store does not commit.
    private func noteUnreadable(_ id: TransactionID) async -> Bool {
        do {
            _ = try await transitions.apply(.unreadableCallback, to: id)
            return true
        } catch {
            return false
        }
    }

    private func isAllowed(_ address: SocketAddress?) -> Bool {
        guard !allowedSources.isEmpty else { return true }
        guard let ip = address?.ipAddress else { return false }
        return allowedSources.contains { $0.contains(ip) }
    }

    /// A request came with a wrong token: perhaps from Getnet, with a token of an old key.
    ///
    /// Ask Getnet, but not as often as such requests come.
    private func bringQueryForward(_ id: TransactionID) async {
        guard forwarding.allows(id) else { return }
        // The sender is told nothing else, except that the store does not commit.
        _ = await committed(size: nil) {
            _ = try? await transitions.apply(.queryRequested, to: id)
            return .tokenInvalid
        }
    }
}

/// How a callback was answered.
enum CallbackOutcome: String, CaseIterable {
    case taken
    case unreadable
    case unmatched
    /// Kept, but not with its transaction: the store refused that as a fault of ours.
    case notStorable = "not_storable"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case sourceNotAllowed = "source_not_allowed"
    case tokenInvalid = "token_invalid"
    case tooLarge = "too_large"
    case interrupted
    case storeUnavailable = "store_unavailable"

    /// How long Getnet is asked to wait while the store cannot commit, in seconds.
    static let retryAfter = "5"

    var response: Response {
        switch self {
        case .taken, .unreadable, .unmatched, .notStorable: Response(status: .ok)
        case .notFound: Response(status: .notFound)
        case .methodNotAllowed: Response(status: .methodNotAllowed, headers: [.allow: "POST"])
        case .sourceNotAllowed: Response(status: .forbidden)
        case .tokenInvalid: Response(status: .unauthorized)
        case .tooLarge: Response(status: .contentTooLarge, headers: [.connection: "close"])
        case .interrupted: Response(status: .badRequest)
        case .storeUnavailable: Response(status: .serviceUnavailable, headers: [.retryAfter: Self.retryAfter])
        }
    }
}

/// The listener's request context: knows who is at the other end.
struct CallbackContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}
