// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// One place where values are given: flags, environment, secret files, configuration file.
struct ConfigurationLayer: Sendable {
    private let values: any ConfigSnapshot
    private let prefix: [String]
    private let origin: @Sendable (_ key: String, _ encodedKey: String) -> ConfigurationOrigin

    /// A layer over any provider's values; `encodedKey` is the provider's own spelling of a key.
    init(
        _ values: any ConfigSnapshot,
        prefix: [String] = [],
        origin: @escaping @Sendable (_ key: String, _ encodedKey: String) -> ConfigurationOrigin
    ) {
        self.values = values
        self.prefix = prefix
        self.origin = origin
    }

    /// A layer of texts that were collected elsewhere.
    init(
        _ texts: [String: String],
        origin: @escaping @Sendable (_ key: String, _ encodedKey: String) -> ConfigurationOrigin
    ) {
        // All marked as secrets: the marks only decide what a debugger shows, and too much hidden does no harm.
        let pairs = texts.map { (Self.path(of: $0.key), ConfigValue(.string($0.value), isSecret: true)) }
        let provider = InMemoryProvider(values: Dictionary(pairs) { first, _ in first })
        self.init(provider.snapshot(), origin: origin)
    }

    /// What stands here for a key.
    func text(of key: String) -> ConfigurationText? {
        let path = Self.path(of: key, under: prefix)
        // A provider refuses a list that is asked for as a text, and the other way round.
        for type in [ConfigType.string, .stringArray] {
            guard let found = try? values.value(forKey: path, type: type) else { continue }
            switch found.value?.content {
            case .string(let text):
                return ConfigurationText(content: .one(text), origin: origin(key, found.encodedKey))
            case .stringArray(let texts):
                return ConfigurationText(content: .several(texts), origin: origin(key, found.encodedKey))
            default:
                return nil
            }
        }
        return nil
    }

    /// The path of a key in the words of the providers.
    static func path(of key: String, under prefix: [String] = []) -> AbsoluteConfigKey {
        AbsoluteConfigKey(prefix + key.split(separator: ".").map(String.init))
    }
}
