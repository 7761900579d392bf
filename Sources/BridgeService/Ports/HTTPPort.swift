// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// One of the bridge's HTTP servers, with a limit on everything that a stranger could hold on to.
struct HTTPPort<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    /// What a stranger may hold on to.
    struct Limits: Sendable {
        /// A connection that neither sends nor is answered is closed after this long, in the middle of a request too.
        var idleTimeout = Duration.seconds(30)
        /// More connections wait until one is closed.
        var connections: Int
        /// All header fields of a request together, in bytes.
        var headerBytes = 16_384

        init(connections: Int = 1_024) {
            self.connections = connections
        }
    }

    /// What it serves, for the log: `callbacks`.
    let name: String
    /// The first word of its keys in the configuration: `http`.
    let section: String
    let responder: Responder
    let host: String
    /// 0 takes any free one.
    let port: Int
    var limits = Limits()

    /// The server as a service; `whenBound` is told the port that it listens on.
    func service(logger: Logger, whenBound: @escaping @Sendable (Int) -> Void) -> any Service {
        var quiet = logger
        // Hummingbird's own lines are about every connection.
        quiet.logLevel = .warning
        let server = Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: TimeAmount(limits.idleTimeout),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerBytes,
                        maxHeaderListSize: limits.headerBytes
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)
            ),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("listening for \(name)", metadata: [LogKey.address: "\(host):\(bound)"])
                whenBound(bound)
            },
            logger: quiet
        )
        return PortService(server: server, name: name, place: "\(section).host, \(section).port: \(host):\(port)")
    }
}

/// A server that says which of them it is when it cannot listen.
private struct PortService: Service {
    let server: any Service
    let name: String
    let place: String

    func run() async throws {
        do {
            try await server.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw PortFault(description: "cannot listen for \(name) (\(place)): \(error)")
        }
    }
}

/// Why a port cannot be listened on.
public struct PortFault: Error, CustomStringConvertible {
    /// One sentence for a person, with the keys of the configuration.
    public let description: String
}
