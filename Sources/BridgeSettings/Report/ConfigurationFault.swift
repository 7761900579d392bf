// SPDX-License-Identifier: Apache-2.0

/// Something about the configuration that a person must look at, as a fault (nothing starts) or as a warning.
///
/// No text in it ever contains the value of a secret.
public struct ConfigurationFault: Sendable, Equatable {
    /// The key it is about; nothing where it is about a whole file.
    public let key: String?
    /// Where the value was given.
    public let origin: ConfigurationOrigin
    /// What is wrong.
    public let message: String
    /// What to do about it, where that is known.
    public let hint: String?

    init(_ key: String?, _ origin: ConfigurationOrigin, _ message: String, hint: String? = nil) {
        self.key = key
        self.origin = origin
        self.message = message
        self.hint = hint
    }
}

/// All that is wrong with a configuration, in the order of the reference.
public struct ConfigurationFaults: Error, Sendable, Equatable {
    /// The faults, at least one.
    public let all: [ConfigurationFault]
}

/// What reading the configuration came to.
public struct ConfigurationOutcome: Sendable {
    /// The configuration, or everything that is wrong with it.
    public let result: Result<BridgeConfiguration, ConfigurationFaults>
    /// What looks like a mistake and stops nothing.
    public let warnings: [ConfigurationFault]
    /// What every key came to and from where, faults or not, in the order of the reference.
    public let values: [EffectiveValue]
}

/// What one key came to.
public struct EffectiveValue: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The value as it would be written; `<set>` or `<unset>` for a secret, nothing where there is none.
    public let value: String?
    /// Where it was given.
    public let origin: ConfigurationOrigin
}
