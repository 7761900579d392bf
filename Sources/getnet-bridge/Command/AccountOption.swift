// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeCore
internal import BridgeSettings

/// Which account is meant, where the configuration has several.
struct AccountOption: ParsableArguments {
    @Option(help: "Which account, if the configuration has several.")
    var account: String?

    /// The cloud of the account that is named, or of the only one.
    ///
    /// - Throws: `Failure` where there is no such account, or several and none is named.
    func cloud(of configuration: BridgeConfiguration) throws(Failure) -> BridgeConfiguration.Cloud {
        let clouds = configuration.servedClouds
        let names = clouds.map(\.account).joined(separator: ", ")
        guard let account else {
            guard clouds.count == 1 else { throw Failure(.usage, "--account is needed: one of \(names)") }
            return clouds[0]
        }
        guard let cloud = clouds.first(where: { $0.account == account }) else {
            throw Failure(.usage, "--account: there is no \(account); the configuration has \(names)")
        }
        return cloud
    }

    /// The account that is named, or the only one; `nil` where the bridge is to know it by the terminal.
    func name(in configuration: BridgeConfiguration) throws(Failure) -> String? {
        guard account != nil || configuration.servedClouds.count == 1 else { return nil }
        return try cloud(of: configuration).account
    }
}
