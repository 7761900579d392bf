// SPDX-License-Identifier: Apache-2.0

internal import BridgeSettings
internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// One of the bridge's HTTP servers, with a limit on everything that a stranger could hold on to.
struct HTTPPort<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    /// What it serves, for the log: `callbacks`.
    let name: String
    /// The first word of its keys in the configuration: `http`.
    let section: String
    let responder: Responder
    let host: String
    /// 0 takes any free one.
    let port: Int
    var limits = ConnectionLimits()

    /// The server as a service; `whenBound` is told the port that it listens on.
    func service(logger: Logger, whenBound: @escaping @Sendable (Int) -> Void) -> any Service {
        var quiet = logger
        // Hummingbird's own lines are about every connection.
        quiet.logLevel = .warning
        let register = ConnectionRegister(limit: limits.connections)
        let server = Application(
            responder: responder,
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [
                        ConnectionRulesInstaller(ConnectionRules(limits, register: register))
                    ],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headerBytes,
                        maxHeaderListSize: limits.headerBytes
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: nil
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

/// What a stranger may hold on to at one of the ports.
struct ConnectionLimits: Sendable {
    /// A request must be here, head and body, within this time, and an answer be read.
    var requestTime = Duration.seconds(10)
    /// How long a connection stays open for another request.
    ///
    /// Longer than the 60 s after which load balancers close theirs.
    var keepAlive = Duration.seconds(75)
    /// One more takes the place of the one that has waited longest for its request.
    var connections = 1_024
    /// All header fields of a request together, in bytes.
    var headerBytes = 16_384
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
            throw PortFault(description: "cannot listen for \(name) (\(place)): \(Self.cause(of: error))")
        }
    }

    /// The system's own words for what it refused.
    private static func cause(of error: any Error) -> String {
        guard let failure = error as? IOError else { return "\(error)" }
        return unsafe String(cString: strerror(failure.errnoCode))
    }
}
