// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A request with its connection, which some scenarios reset.
struct CloudContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Resets the connection: the client that waits for an answer gets `ECONNRESET`.
    func resetConnection() async {
        do {
            if let socket = channel as? any SocketOptionProvider {
                try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try await channel.close()
        } catch {
            logger.debug("the connection was closed already", metadata: [LogKey.error: "\(error)"])
        }
    }
}

/// Thrown after a connection was reset, where no client is left to answer.
struct ConnectionReset: Error {}
