// SPDX-License-Identifier: Apache-2.0

/// Everything that was written for the keys, and where: the reading half of the configuration, before any meaning.
struct ConfigurationSources {
    /// What counts for each key that was given.
    private(set) var texts: [String: ConfigurationText] = [:]
    private(set) var faults: [ConfigurationFault] = []
    private(set) var warnings: [ConfigurationFault] = []
    /// Keys that were given and could not be read; nothing more is said about those.
    private(set) var unreadable: Set<String> = []
    /// Whether every place could be looked at, so that a key found nowhere is really missing.
    private(set) var isComplete = true
    private let vocabulary: ConfigurationVocabulary

    /// Reads flags, environment, secret files and configuration file.
    ///
    /// Isolation: any thread that may block; meant for the start of the process.
    init(
        flags arguments: [String],
        environment variables: [String: String],
        configFile: String?,
        vocabulary: ConfigurationVocabulary = .ofOneAccount
    ) {
        self.vocabulary = vocabulary
        let flags = ConfigurationFlags(arguments, vocabulary)
        let environment = ConfigurationEnvironment(variables, vocabulary)
        faults = flags.faults
        warnings = flags.warnings + environment.warnings
        var file: ConfigurationLayer?
        if let configFile {
            let read = ConfigurationFile(path: configFile, vocabulary)
            faults += read.faults
            isComplete = read.layer != nil
            file = read.layer
        }
        let above = [flags.layer, environment.layer]
        let below = [file].compactMap { $0 }
        collect(from: above, directory(in: above + below), below)
    }

    /// The layer of `secrets.directory`, from any layer that gives that key.
    private mutating func directory(in layers: [ConfigurationLayer]) -> [ConfigurationLayer] {
        let key = "secrets.directory"
        guard let text = layers.lazy.compactMap({ $0.text(of: key) }).first else { return [] }
        // Anything but an absolute path is refused with the other keys.
        guard case .one(let path) = text.content, path.hasPrefix("/") else { return [] }
        let directory = SecretDirectory(path: path, origin: text.origin, vocabulary)
        faults += directory.faults
        warnings += directory.warnings
        isComplete = isComplete && directory.faults.isEmpty
        return [directory.layer]
    }

    private mutating func collect(
        from above: [ConfigurationLayer],
        _ directory: [ConfigurationLayer],
        _ below: [ConfigurationLayer]
    ) {
        for key in vocabulary.keys {
            for layer in above + directory + below {
                let hasAnswered = take(key, from: layer)
                if hasAnswered { break }
            }
        }
    }

    /// Takes what one layer says about a key; `false` where it says nothing.
    private mutating func take(_ key: ConfigurationKey, from layer: ConfigurationLayer) -> Bool {
        let given = layer.text(of: key.name)
        guard let fileKey = key.fileKeyName, let named = layer.text(of: fileKey) else {
            texts[key.name] = given
            return given != nil
        }
        if let given {
            let message = "is given as a value and as a file"
            let fault = ConfigurationFault(key.name, named.origin, message, hint: "the value: \(given.origin)")
            refuse(key, fault)
            return true
        }
        guard case .one(let path) = named.content else {
            refuse(key, ConfigurationFault(fileKey, named.origin, "is a list", hint: "this key takes one value"))
            return true
        }
        // The path is not repeated: a person who takes this key for the other one writes the secret itself here.
        guard path.hasPrefix("/") else {
            let hint = "it names a file by its absolute path; the secret itself is given as \(key.name)"
            refuse(key, ConfigurationFault(fileKey, named.origin, "is a relative path", hint: hint))
            return true
        }
        do throws(UnreadableFile) {
            let origin = ConfigurationOrigin.secretFile(path: path, namedBy: named.origin.description)
            texts[key.name] = ConfigurationText(content: .one(try SecretFiles.read(path)), origin: origin)
        } catch {
            refuse(key, ConfigurationFault(fileKey, named.origin, "\(path) \(error.message)"))
        }
        return true
    }

    private mutating func refuse(_ key: ConfigurationKey, _ fault: ConfigurationFault) {
        faults.append(fault)
        unreadable.insert(key.name)
    }
}
