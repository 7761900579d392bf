// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import Logging

/// Every part of a bridge, made and joined once.
struct BridgeParts {
    let common: CommonParts
    let terminals: TerminalDirectory
    let broker: BrokerParts
    let pipes: PipeParts
    let ports: PortParts

    init(
        _ configuration: BridgeConfiguration,
        store: any TransactionStore,
        clock: @escaping @Sendable () -> Timestamp = WallClock.now,
        logger: Logger
    ) throws {
        let keys = try Self.keys(configuration)
        common = CommonParts(configuration, store: store, clock: clock, logger: logger)
        terminals = try TerminalDirectory(path: configuration.terminals.file, logger: logger)
        broker = BrokerParts(common, terminals: terminals)
        pipes = try PipeParts(
            common,
            broker: broker,
            callbackURL: CallbackURL(publicURL: configuration.http.publicURL, keys: keys)
        )
        ports = PortParts(common, broker: broker, pipes: pipes, keys: keys)
    }

    private static func keys(_ configuration: BridgeConfiguration) throws -> CallbackKeyRing {
        guard !configuration.callbacks.keys.isEmpty else {
            do {
                return try CallbackKeyFile.ring(at: configuration.callbacks.keyFile, random: systemRandom)
            } catch {
                throw BridgeFault(description: "callbacks.keyFile: \(error)")
            }
        }
        let keys = configuration.callbacks.keys.compactMap {
            CallbackKey(id: $0.keyID, secret: Array($0.secret.exposed.utf8))
        }
        guard keys.count == configuration.callbacks.keys.count, let ring = CallbackKeyRing(keys) else {
            throw BridgeFault(description: "callbacks.keys: two keys of one name, or a key without its shape")
        }
        return ring
    }
}
