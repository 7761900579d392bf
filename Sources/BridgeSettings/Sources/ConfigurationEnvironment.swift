// SPDX-License-Identifier: Apache-2.0

internal import Configuration

/// The names in the environment that are configuration: `GETNET_BRIDGE_HTTP_PORT`.
///
/// A key's name is the prefix and its words in capitals; a new word begins at a dot and where a capital follows a small
/// letter: `http.publicURL` is `GETNET_BRIDGE_HTTP_PUBLIC_URL`.
struct ConfigurationEnvironment {
    static let prefix = "GETNET_BRIDGE_"
    private static let prefixWords = ["getnet", "bridge"]

    /// Names with the prefix that are no key.
    private(set) var warnings: [ConfigurationFault] = []
    /// The environment as a layer.
    let layer: ConfigurationLayer

    init(_ environment: [String: String], _ vocabulary: ConfigurationVocabulary = .ofOneAccount) {
        let ours = environment.filter { $0.key.hasPrefix(Self.prefix) && !Self.isMadeByKubernetes($0.key, $0.value) }
        let provider = EnvironmentVariablesProvider(environmentVariables: ours, secretsSpecifier: .all)
        layer = ConfigurationLayer(provider.snapshot(), prefix: Self.prefixWords) { .environment($1) }
        let known = vocabulary.names.compactMap(Self.name)
        warnings = ours.keys.filter { !known.contains($0) }.sorted().map { name in
            let nearest = Nearness.nearest(to: name, among: known)
            let isTLS = name.hasPrefix("\(Self.prefix)AMQP_TLS_")
            return ConfigurationFault(
                nil,
                .environment(name),
                isTLS ? "TLS towards the broker is not there yet" : "is no key",
                hint: isTLS ? nil : nearest.map { "nearest is \($0)" }
            )
        }
    }

    /// The name of a key in the environment.
    static func name(of key: String) -> String? {
        let nobody = EnvironmentVariablesProvider(environmentVariables: [:])
        let path = ConfigurationLayer.path(of: key, under: prefixWords)
        return try? nobody.value(forKey: path, type: .string).encodedKey
    }

    /// Whether a variable is what Kubernetes tells every container about a Service whose name begins like ours.
    ///
    /// Shape: `…_SERVICE_HOST`, `…_SERVICE_PORT`, `…_SERVICE_PORT_<NAME>`, `…_PORT=tcp://10.0.0.1:80`,
    /// `…_PORT_80_TCP`, `…_PORT_80_TCP_PROTO`, `…_PORT_80_TCP_PORT`, `…_PORT_80_TCP_ADDR`.
    ///
    /// `GETNET_BRIDGE_HTTP_PORT` is a key and, beside a Service `getnet-bridge-http`, one of these: its value tells.
    static func isMadeByKubernetes(_ name: String, _ value: String) -> Bool {
        let protocols = ["tcp", "udp", "sctp"]
        if name.hasSuffix("_PORT"), protocols.contains(where: { value.hasPrefix("\($0)://") }) { return true }
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") { return true }
        if name.contains("_SERVICE_PORT_") { return true }
        guard let port = name.firstRange(of: "_PORT_") else { return false }
        var words = name[port.upperBound...].split(separator: "_", omittingEmptySubsequences: false)
        guard words.count >= 2, Int(words.removeFirst()) != nil else { return false }
        guard protocols.contains(words.removeFirst().lowercased()) else { return false }
        return words.isEmpty || ["PROTO", "PORT", "ADDR"].contains(words.joined(separator: "_"))
    }
}
