// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every target: `docs/decisions/0001-modules.md`.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "getnet-bridge",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "getnet-bridge", targets: ["getnet-bridge"])
    ],
    dependencies: [
        // SQLite with migrations, cached statements and typed rows; our own binding would be the riskiest code in the
        // house.
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        // The HTTP server of the callback listener, health and admin ports, and of the simulator.
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        // The HTTP client towards Getnet: pools, TLS, time-outs.
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        // Start and stop order of the pipes, signals.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        // Layers of configuration (environment, file, secret files) with secrets marked.
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: ["YAML"]),
        // Reads the configuration file once more with line numbers, to name unknown keys.
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        // The command line, its help pages and its usage errors.
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        // The logging façade that every dependency speaks.
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        // HMAC and SHA-256 for callback tokens and fingerprints.
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        // A lock that the thread sanitizer understands, and the event loops under both HTTP libraries.
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        // MARK: - C
        .systemLibrary(
            name: "CLibrabbitmq",
            pkgConfig: "librabbitmq",
            providers: [.apt(["librabbitmq-dev"])]
        ),

        // One setting of SQLite that GRDB does not hand through.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // PostgreSQL's own client library: it has every option of addresses, TLS and pipelines, and the project itself
        // keeps it.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // Undoes gzip and deflate in answers of the cloud and in callbacks. Every Linux system has it.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The floor of the AMQP measurements: plain C loops over librabbitmq.
        .target(name: "CAMQPFloor", dependencies: ["CLibrabbitmq"]),

        // MARK: - Sources
        .target(
            name: "AMQPClient",
            dependencies: [
                "CLibrabbitmq",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "BridgeCore",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(
            name: "GetnetCloud",
            dependencies: [
                "BridgeCore", "CZlib",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        // What an input reads, decides and writes, whatever the engine:
        // docs/decisions/0015-rules-apart-from-engines.md.
        .target(name: "BridgeLedger", dependencies: ["BridgeCore"], swiftSettings: settings),
        // The store on any engine, and the port that the pipes use: docs/decisions/0017-engines.md.
        .target(
            name: "CorrelationStore",
            dependencies: [
                "BridgeCore", "BridgeLedger",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "CorrelationStoreSQLite",
            dependencies: [
                "BridgeCore", "BridgeLedger", "CorrelationStore", "CSQLite",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "CorrelationStorePostgres",
            dependencies: [
                "BridgeCore", "BridgeLedger", "CorrelationStore", "CLibpq",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // What an operator decides, read once at the start; also for verbs that start no bridge.
        .target(
            name: "BridgeSettings",
            dependencies: [
                "AMQPClient", "BridgeCore", "GetnetCloud",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "BridgeService",
            dependencies: [
                "AMQPClient", "BridgeCore", "BridgeLedger", "BridgeSettings", "CorrelationStore",
                "CorrelationStorePostgres", "CorrelationStoreSQLite", "GetnetCloud",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GetnetSimulator",
            dependencies: [
                // How bytes are compressed, which no library writes so that nothing of them stays readable.
                "Rig",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        // Processes, a faulty proxy, seeds, deadlines: what the self-test and the tests stand on.
        .target(
            name: "Rig",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "SelfTest",
            dependencies: [
                "Rig",
                // It sends commands and receives events as any client of the broker does.
                "AMQPClient",
                // It asks the simulator for its ledger, the bridge for its readiness, the broker for virtual hosts.
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                // It reads the table with statements of its own, never through CorrelationStore.
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "getnet-bridge",
            dependencies: [
                "BridgeService", "BridgeSettings", "GetnetSimulator", "SelfTest",
                "AMQPClient", "BridgeCore", "BridgeLedger", "CorrelationStore", "GetnetCloud",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // AMQPClient beside its floor; never part of the product.
        .executableTarget(
            name: "amqp-benchmark",
            dependencies: ["AMQPClient", "CAMQPFloor", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),

        // A running bridge beside the floor of all its parts; never part of the product.
        .executableTarget(
            name: "bridge-benchmark",
            dependencies: [
                "AMQPClient", "BridgeCore", "BridgeLedger", "CAMQPFloor", "CorrelationStoreSQLite", "CorrelationStore",
                "GetnetSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),

        // The Swift clients of the documentation; never part of the product.
        .executableTarget(
            name: "sale-client",
            dependencies: ["AMQPClient"],
            path: "docs/clients/swift",
            sources: ["Sale.swift"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "consumer-client",
            dependencies: [
                "AMQPClient",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "docs/clients/swift",
            sources: ["Consumer.swift"],
            swiftSettings: settings
        ),

        // MARK: - Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "AMQPClient", "BridgeCore", "Rig",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        // An engine in memory that checks what the rules promise each other; for tests.
        .target(
            name: "MemoryLedger",
            dependencies: [
                "BridgeCore", "BridgeLedger", "CorrelationStore",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            path: "Tests/MemoryLedger",
            swiftSettings: settings
        ),
        // Random histories over several transactions, and the promises that they must keep.
        .target(
            name: "Shop",
            dependencies: ["BridgeCore", "BridgeLedger", "MemoryLedger", "TestSupport"],
            path: "Tests/Shop",
            swiftSettings: settings
        ),
        // Plays many of them, by hand: deploy/histories.
        .executableTarget(
            name: "shop-histories",
            dependencies: ["MemoryLedger", "Shop"],
            path: "Tests/ShopHistories",
            swiftSettings: settings
        ),
        .testTarget(
            name: "BridgeLedgerTests",
            dependencies: ["BridgeCore", "BridgeLedger", "MemoryLedger", "Shop", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(name: "BridgeCoreTests", dependencies: ["BridgeCore", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "AMQPClientTests",
            dependencies: [
                "AMQPClient", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GetnetCloudTests",
            dependencies: [
                "GetnetCloud", "BridgeCore", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CorrelationStoreTests",
            dependencies: [
                "CorrelationStore", "CorrelationStorePostgres", "CorrelationStoreSQLite", "BridgeCore", "BridgeLedger",
                "CLibpq", "MemoryLedger", "Rig", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GetnetSimulatorTests",
            dependencies: [
                "GetnetSimulator", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BridgeSettingsTests",
            dependencies: [
                "AMQPClient", "BridgeCore", "BridgeSettings", "GetnetCloud", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BridgeServiceTests",
            dependencies: [
                // Makes the store refuse a row, as a broken constraint would.
                .product(name: "GRDB", package: "GRDB.swift"),
                "BridgeService", "BridgeSettings", "GetnetSimulator", "AMQPClient", "BridgeCore", "BridgeLedger",
                "CorrelationStore", "CorrelationStoreSQLite", "GetnetCloud", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "getnet-bridge", "AMQPClient", "BridgeCore", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "AMQPClient", "BridgeService", "BridgeSettings", "GetnetSimulator", "SelfTest", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
