// SPDX-License-Identifier: Apache-2.0

/// Secrets that lie in files: one per file, a line break at its end not counting.
enum SecretFiles {
    /// The longest secret, in bytes.
    static let longest = 64 << 10

    /// Reads one secret.
    static func read(_ path: String) throws(UnreadableFile) -> String {
        let text = try TextFile.read(path, longest: longest)
        let trimmed = text.reversed().drop { $0.isNewline }.reversed()
        guard !trimmed.isEmpty else { throw UnreadableFile(message: "is empty") }
        return String(trimmed)
    }
}

/// The directory of `secrets.directory`, one file per secret, each named like its key.
///
/// Not swift-configuration's own provider: that one passes over symbolic links, and every file in a Secret that
/// Kubernetes mounts is one.
struct SecretDirectory {
    private(set) var faults: [ConfigurationFault] = []
    private(set) var warnings: [ConfigurationFault] = []
    /// The directory as a layer.
    private(set) var layer = ConfigurationLayer([:]) { _, _ in .default }

    private let vocabulary: ConfigurationVocabulary

    init(path: String, origin: ConfigurationOrigin, _ vocabulary: ConfigurationVocabulary = .ofOneAccount) {
        self.vocabulary = vocabulary
        do throws(UnreadableFile) {
            read(try TextFile.names(in: path).sorted(), in: path)
        } catch {
            faults.append(ConfigurationFault("secrets.directory", origin, "\(path) \(error.message)"))
        }
    }

    private mutating func read(_ names: [String], in directory: String) {
        let known = vocabulary.keys.filter(\.isSecret).map(\.name)
        var texts: [String: String] = [:]
        for name in names {
            let path = "\(directory)/\(name)"
            let origin = ConfigurationOrigin.secretFile(path: path, namedBy: nil)
            guard known.contains(name) else {
                let nearest = Nearness.nearest(to: name, among: known).map { "nearest is \($0)" }
                warnings.append(ConfigurationFault(nil, origin, "has the name of no secret", hint: nearest))
                continue
            }
            do throws(UnreadableFile) {
                texts[name] = try SecretFiles.read(path)
            } catch {
                faults.append(ConfigurationFault(name, origin, error.message))
            }
        }
        layer = ConfigurationLayer(texts) { key, _ in .secretFile(path: "\(directory)/\(key)", namedBy: nil) }
    }
}
