// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import BridgeSettings

/// A configuration on a disk of its own, which goes away with the test.
final class ConfigurationFixture: Sendable {
    /// The keys without a default, as an environment.
    static let required = RequiredSettings.environment

    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Reads a configuration from the required keys, more variables, flags and the text of a file.
    func load(
        _ flags: String...,
        environment: [String: String] = [:],
        without missing: [String] = [],
        file: String? = nil
    ) throws -> ConfigurationOutcome {
        var variables = Self.required.merging(environment) { _, new in new }
        for name in missing { variables["GETNET_BRIDGE_" + name] = nil }
        let path = try file.map { try write($0, to: "bridge.yaml") }
        return BridgeConfiguration.load(flags: flags, environment: variables, configFile: path)
    }

    /// The faults of one flag's value.
    static func faults(of key: String, _ value: String) -> [ConfigurationFault] {
        // Some keys are among the required ones; a flag counts more than the environment.
        BridgeConfiguration.load(flags: ["--\(key)=\(value)"], environment: required, configFile: nil).faults
    }
}

extension ConfigurationOutcome {
    var faults: [ConfigurationFault] {
        if case .failure(let faults) = result { faults.all } else { [] }
    }

    /// Everything of it that a person or a machine could see.
    var everythingPrinted: String {
        let report = ConfigurationReport(self)
        return [report.findings, report.listing, report.json, "\(self)", String(reflecting: self)]
            .joined(separator: "\n")
    }
}
