// SPDX-License-Identifier: Apache-2.0

/// One row of the configuration's reference: everything that is known about a key, said once.
///
/// Reading, unknown keys, `config print` and `docs/configuration.md` all come from these rows (`sections`); a default
/// comes from the property that the row's key path names.
struct ConfigurationKey: Sendable {
    /// The key as flag and file write it: `cloud.baseURL`.
    let name: String
    /// What may be written, in words: `duration, 1ms … 1h`.
    let type: String
    /// The default in words; nothing where the key is required or stays without a value.
    let defaultText: String?
    /// Whether serving without it is impossible.
    let isRequired: Bool
    /// The key whose value counts where this one is not given.
    let fallback: String?
    /// Whether the value must never be shown, and may be given as a file.
    let isSecret: Bool
    /// Whether the value needs no text after its flag.
    let isSwitch: Bool
    /// What the key decides, for the reference.
    let summary: String

    private let readInto:
        @Sendable (ConfigurationText.Content, inout BridgeConfiguration) throws(UnreadableValue) -> Void
    private let shown: @Sendable (BridgeConfiguration) -> String?

    init<Value: Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<BridgeConfiguration, Value> & Sendable,
        _ format: ValueFormat<Value>,
        isRequired: Bool = false,
        default defaultText: String? = nil,
        _ summary: String
    ) {
        self.name = name
        self.isRequired = isRequired
        self.summary = summary
        fallback = nil
        type = format.name
        isSecret = format.isSecret
        isSwitch = format.isSwitch
        let written = isRequired ? nil : format.show(BridgeConfiguration.blank[keyPath: path])
        self.defaultText = defaultText ?? written
        readInto = { (content, configuration) throws(UnreadableValue) in
            configuration[keyPath: path] = try format.read(content)
        }
        shown = { format.show($0[keyPath: path]) }
    }

    /// Another key for the same property, of another account's cloud.
    init(
        renamed name: String,
        fallback: String,
        like key: ConfigurationKey,
        through cloud: @escaping @Sendable (BridgeConfiguration) -> BridgeConfiguration.Cloud,
        into set: @escaping @Sendable (inout BridgeConfiguration, BridgeConfiguration.Cloud) -> Void
    ) {
        self.name = name
        self.fallback = fallback
        type = key.type
        defaultText = "`\(fallback)`"
        isRequired = key.isRequired
        isSecret = key.isSecret
        isSwitch = key.isSwitch
        summary = key.summary
        readInto = { (content, configuration) throws(UnreadableValue) in
            var other = configuration
            other.cloud = cloud(configuration)
            try key.readInto(content, &other)
            set(&configuration, other.cloud)
        }
        shown = { configuration in
            var other = configuration
            other.cloud = cloud(configuration)
            return key.shown(other)
        }
    }

    /// The key under which a secret's file is named: `cloud.clientSecretFile`.
    var fileKeyName: String? { isSecret ? name + "File" : nil }

    /// The key that decides this one's value as well, as long as this one is not given.
    var whole: String? { name.hasPrefix("amqp.") && name != "amqp.url" ? "amqp.url" : nil }

    /// Whether a wrong value may be repeated in a message.
    ///
    /// A person may mistake a key that names a file for the secret itself.
    var isQuotable: Bool { !isSecret && !name.hasSuffix("File") }

    /// The words under which the key may be given, outside `secrets.directory`.
    var names: [String] { [name] + (fileKeyName.map { [$0] } ?? []) }

    /// How to give the key, for a person who left it out.
    var placeToGive: String {
        let variable = ConfigurationEnvironment.name(of: name).map { ", \($0) in the environment" } ?? ""
        return "\(name) in the file\(variable): \(type.withoutBackticks)"
    }

    /// Reads a text into the property that the key stands for.
    func read(
        _ content: ConfigurationText.Content,
        into configuration: inout BridgeConfiguration
    ) throws(UnreadableValue) {
        try refuseAccidents(in: content)
        try readInto(content, &configuration)
    }

    /// The value of a configuration as it would be written; nothing where there is none.
    func show(_ configuration: BridgeConfiguration) -> String? { shown(configuration) }

    /// Refuses what templates and shells leave behind when something went wrong before us.
    private func refuseAccidents(in content: ConfigurationText.Content) throws(UnreadableValue) {
        if content == .one("") {
            throw UnreadableValue("is empty", hint: "leave the key out to get its default")
        }
        if content.texts.contains(where: { $0.contains("${") }) {
            throw UnreadableValue("contains a ${…} that was not replaced", hint: "variables are not expanded here")
        }
        guard !isSecret, case .one(let text) = content else { return }
        if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
            throw UnreadableValue("begins or ends with white space")
        }
    }
}

/// The keys that share a first word.
struct ConfigurationSection: Sendable {
    let title: String
    let keys: [ConfigurationKey]
}

extension ConfigurationKey {
    /// Every key there is, in the order of the reference; a key that refines another stands after it.
    static let all: [ConfigurationKey] = sections.flatMap(\.keys)

    /// Every word that may stand for a key.
    static let allNames: [String] = all.flatMap(\.names)
}

extension BridgeConfiguration {
    /// What reading starts from: the defaults, and nothing where there is no default.
    ///
    /// The reader never returns it unchanged: where a required key is left out, it returns faults and no configuration.
    static let blank = BridgeConfiguration(
        cloud: Cloud(baseURL: "", clientID: "", clientSecret: Secret(""), country: .cl, environment: ""),
        http: HTTP(publicURL: ""),
        store: Store(url: .sqlite(path: ""))
    )
}
