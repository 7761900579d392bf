// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeLedger
internal import BridgeService
internal import BridgeSettings
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Runs the bridge until it is told to stop.
struct Serve: ConfiguredVerb {
    static let configuration = CommandConfiguration(
        abstract: "Run the bridge until SIGTERM or SIGINT.",
        discussion: "The bridge does not end if broker, topology or Getnet is missing: it keeps trying and says so."
    )

    @Flag(
        help: """
            The store was restored from a backup: take no command and wake no terminal, and ask Getnet about everything \
            unfinished, until store release.
            """
    )
    var holdCommands = false

    @OptionGroup var options: ConfigurationOptions

    func run(_ invocation: Invocation) async throws -> ExitStatus {
        let outcome = options.read(for: .serving, invocation)
        guard case .success(let configuration) = outcome.result else {
            throw Failure(faultsOf: ConfigurationReport(outcome))
        }
        let logger = Logger(configuration.log, isRead: invocation.console.logIsRead)
        for warning in outcome.warnings {
            let key = warning.key.map { "\($0): " } ?? ""
            let hint = warning.hint.map { " (\($0))" } ?? ""
            logger.warning("configuration: \(key)\(warning.message), from \(warning.origin)\(hint)")
        }
        SignalWatch.ignoreAll()
        let descriptors = DescriptorLimit.raise()
        if descriptors < DescriptorLimit.needed {
            logger.warning(
                "the limit of open files and connections is low; callbacks may wait under load",
                metadata: [LogKey.count: "\(descriptors)", LogKey.needed: "\(DescriptorLimit.needed)"]
            )
        }
        let store = try open(configuration, logger)
        let bridge = try Bridge(configuration, store: store, logger: logger)
        logger.info("starting", metadata: [LogKey.version: "\(BuildInfo.version)"])
        let limit = StopLimit(configuration.shutdown, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: bridge, serviceName: "bridge"),
                    .init(service: SignalWatch(bridge: bridge, logger: logger), serviceName: "signal watch"),
                    .init(service: limit, serviceName: "limit of a stop"),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        let result = await Result { try await group.run() }
        if case .failure(let error) = result {
            // Said now: the steps that follow may not come to their end.
            logger.error("the bridge ends after a failure", metadata: [LogKey.reason: "\(error)"])
        }
        // The last commit and the closing must not wait for a disk either.
        let closing = limit.begin(Self.closingLimit)
        await store.close()
        closing.cancel()
        try result.get()
        logger.info("stopped")
        return .done
    }

    /// How long the store may take for its last commit and for closing; a disk that hangs must not keep the process.
    ///
    /// After a signal it may take less: the whole stop has a limit of its own (`StopLimit`).
    static let closingLimit = Duration.seconds(10)

    private func open(_ configuration: BridgeConfiguration, _ logger: Logger) throws(Failure) -> any TransactionStore {
        let store = configuration.storeAdministration()
        do throws(StoreOpeningError) {
            if configuration.store.create { try make(store, for: configuration, logger) }
            if holdCommands {
                try store.hold(at: .current)
            } else if try store.holdCopy(at: .current) {
                logger.warning(
                    "the store is a copy: it is held like a restored one",
                    metadata: [LogKey.address: "\(store.place)"]
                )
            }
            return try store.open(rules: configuration.storeRules)
        } catch {
            let config = error.remedy == nil ? nil : options.config
            throw Failure(Failure(error).status, error.description + (config.map { " --config \($0)" } ?? ""))
        }
    }

    /// Makes the store at the first start.
    private func make(
        _ store: any StoreAdministration,
        for configuration: BridgeConfiguration,
        _ logger: Logger
    ) throws(StoreOpeningError) {
        do throws(StoreOpeningError) {
            try store.create(for: configuration.accounts)
        } catch {
            if case .exists = error { return }
            throw error
        }
        logger.notice("made a new store", metadata: [LogKey.path: "\(store.place)"])
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous piece of work came to.
    fileprivate init(_ work: () async throws(any Error) -> Success) async {
        do {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}

extension Logger {
    /// The logger of a long-running verb.
    init(_ log: BridgeConfiguration.Log, isRead: Bool) {
        let format: LineLogHandler.Format =
            switch log.format {
            case .auto: isRead ? .text : .json
            case .text: .text
            case .json: .json
            }
        self.init(label: "getnet-bridge") { _ in LineLogHandler(format: format, level: log.level) }
    }
}
