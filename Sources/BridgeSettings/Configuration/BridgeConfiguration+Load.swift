// SPDX-License-Identifier: Apache-2.0

extension BridgeConfiguration {
    /// Reads the configuration from flags, environment, `secrets.directory`, configuration file and defaults.
    ///
    /// The first of these that gives a key counts.
    ///
    /// It reads only the environment that is handed in, `configFile`, the secret files that it leads to and those that
    /// flags and environment name.
    ///
    /// Isolation: any thread that may block; meant for the start of the process.
    ///
    /// - Parameters:
    ///   - flags: What the command line says besides verbs and flags that are no keys: `--http.port`, `8080`.
    ///   - environment: The environment, names without the prefix included.
    ///   - configFile: The path of a YAML file.
    ///   - use: What it is read for; decides which keys must be given.
    /// - Returns: The configuration, or every fault at once.
    public static func load(
        flags: [String],
        environment: [String: String],
        configFile: String?,
        for use: ConfigurationUse = .serving
    ) -> ConfigurationOutcome {
        // Which keys there are depends on a value: it is looked up first.
        let first = ConfigurationSources(flags: flags, environment: environment, configFile: configFile)
        let vocabulary = ConfigurationVocabulary(first.texts[ConfigurationKey.accountsName])
        let sources =
            vocabulary.keys.count == ConfigurationKey.all.count
            ? first
            : ConfigurationSources(
                flags: flags,
                environment: environment,
                configFile: configFile,
                vocabulary: vocabulary
            )
        let assembly = ConfigurationAssembly(
            vocabulary: vocabulary,
            texts: sources.texts,
            unreadable: sources.unreadable,
            isComplete: sources.isComplete,
            use: use
        )
        let faults = sources.faults + assembly.faults
        return ConfigurationOutcome(
            result: faults.isEmpty ? .success(assembly.configuration) : .failure(ConfigurationFaults(all: faults)),
            warnings: sources.warnings + assembly.warnings,
            values: assembly.values
        )
    }
}
