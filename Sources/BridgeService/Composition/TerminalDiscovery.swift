// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeSettings
internal import GetnetCloud
public import Logging

/// Asks Getnet, without a bridge, which terminals an account has.
public enum TerminalDiscovery {
    /// What was found.
    public struct Finding: Sendable, Equatable {
        /// The terminals in the order of the answer.
        public let terminals: [Terminal]
        /// How many entries of the answer are none.
        public let unreadable: Int
    }

    /// Getnet did not tell.
    public struct Fault: Error, Equatable {
        /// Why.
        public let reason: Reason
    }

    /// Asks once.
    ///
    /// - Throws: `Fault` where nothing was learned, `BridgeFault` where the cloud has no address.
    public static func ask(
        _ cloud: BridgeConfiguration.Cloud,
        _ configuration: BridgeConfiguration,
        logger: Logger
    ) async throws -> Finding {
        let client: CloudClient
        do throws(CloudClient.InvalidBaseURL) {
            client = try CloudClient(configuration: configuration.cloudConfiguration(of: cloud), logger: logger)
        } catch {
            throw BridgeFault(description: "cloud.baseURL is no URL of a cloud")
        }
        let answer = await client.terminals()
        await client.shutdown()
        switch answer {
        case .terminals(let terminals, let unreadable): return Finding(terminals: terminals, unreadable: unreadable)
        case .unavailable(let code): throw Fault(reason: Reason(code))
        }
    }
}
