// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import NIOConcurrencyHelpers

/// A merchant's listener: remembers every callback and answers 200.
final class WebhookReceiver: Sendable {
    struct Callback: Sendable {
        let path: String
        let contentType: String?
        let body: String
        let arrivedAt: ContinuousClock.Instant
    }

    private let received = NIOLockedValueBox<[Callback]>([])
    private let statuses: NIOLockedValueBox<[Int]>

    /// Creates a receiver.
    ///
    /// - Parameter statuses: the first answers; 200 after them.
    init(answering statuses: [Int] = []) {
        self.statuses = NIOLockedValueBox(statuses)
    }

    var callbacks: [Callback] { received.withLockedValue { $0 } }

    func application(onBound: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
        let router = Router()
        router.post("**") { [received, statuses] request, _ in
            let body = try await request.body.collect(upTo: 1_024 * 1_024)
            let callback = Callback(
                path: request.uri.string,
                contentType: request.headers[.contentType],
                body: String(buffer: body),
                arrivedAt: .now
            )
            received.withLockedValue { $0.append(callback) }
            let status = statuses.withLockedValue { $0.isEmpty ? 200 : $0.removeFirst() }
            return Response(status: .init(code: status))
        }
        return Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onBound(channel.localAddress?.port ?? 0) },
            logger: .quiet
        )
    }
}
