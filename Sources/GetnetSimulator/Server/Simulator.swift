// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// A Getnet cloud with terminals, for development and tests: login, every command, status query, callbacks.
///
/// It is an independent reading of docs/getnet.md and shares nothing with the bridge's client. The last three digits
/// of the amount choose what happens, see ``Scenario``; `ledger` tells what really happened.
///
/// Isolation: any task. Stop it by a graceful shutdown.
public final class Simulator: Service {
    /// How it behaves.
    public let configuration: SimulatorConfiguration
    private let cloud: Cloud
    private let address = BoundPort()
    private let logger: Logger

    /// Creates a simulator that does not listen yet.
    ///
    /// - Parameters:
    ///   - configuration: how it behaves.
    ///   - logger: where it logs; never bodies or card data.
    public init(configuration: SimulatorConfiguration = SimulatorConfiguration(), logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        cloud = Cloud(configuration)
    }

    /// What a test can do to it while it runs.
    public var controls: SimulatorControls { SimulatorControls(cloud: cloud) }

    /// What really happened.
    public var ledger: SimulatorLedger { controls.ledger }

    /// The port it listens on; waits until it listens.
    ///
    /// - Throws: ``SimulatorStopped`` if `run()` has ended.
    public func port() async throws -> Int {
        try await address.port()
    }

    /// The URL before `/postxs`; waits until it listens.
    ///
    /// - Throws: ``SimulatorStopped`` if `run()` has ended.
    public func baseURL() async throws -> String {
        "http://\(configuration.host):\(try await port())\(configuration.basePath)"
    }

    /// Serves until the service group shuts down.
    ///
    /// Cancelling the task ends it too, but abruptly: Hummingbird 2.28 traps if a connection is being accepted at
    /// that moment.
    ///
    /// - Throws: the error of the server, e.g. if the port is taken.
    public func run() async throws {
        let client = HTTPClient(configuration: clientConfiguration)
        let sockets = CallbackSockets()
        let courier = CallbackCourier(cloud: cloud, client: client, sockets: sockets, logger: logger)
        let application = application(courier)
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await courier.run() }
            do {
                try await application.run()
                group.cancelAll()
                return Result<Void, any Error>.success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        address.stop()
        cloud.callbacks.finish()
        sockets.closeAll()
        try await client.shutdown()
        try result.get()
    }

    private func application(_ courier: CallbackCourier) -> some ApplicationProtocol {
        let router = Router(context: CloudContext.self, options: .caseInsensitive)
        let paths = router.group(RouterPath(configuration.basePath))
        CloudEndpoints(cloud: cloud, courier: courier).add(to: paths)
        CommandEndpoints(cloud: cloud, courier: courier).add(to: paths)
        JournalEndpoints(cloud: cloud).add(to: paths)
        LedgerEndpoints(cloud: cloud, controls: controls).add(to: router.group("simulator"))
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port)
            ),
            onServerRunning: { [address, logger] channel in
                guard let port = channel.localAddress?.port else { return }
                logger.info("the simulator listens", metadata: [LogKey.port: "\(port)"])
                address.bind(port)
            },
            logger: logger
        )
    }

    private var clientConfiguration: HTTPClient.Configuration {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.connectionPool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(30),
            concurrentHTTP1ConnectionsPerHostSoftLimit: configuration.callbackConnections
        )
        // A webhook without a listener is an answer, not a reason to wait.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.httpVersion = .http1Only
        return settings
    }
}

/// The simulator has ended, or could not begin; the error of `run()` says why.
public struct SimulatorStopped: Error {}
