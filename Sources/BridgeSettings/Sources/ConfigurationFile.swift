// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Foundation
internal import Yams

/// The configuration file: a YAML mapping of sections to keys.
///
/// The values are read by swift-configuration; what it cannot tell, which keys there are and on which lines, comes
/// from a walk over the same text with Yams.
struct ConfigurationFile {
    /// The longest configuration file, in bytes.
    static let longest = 1 << 20

    private(set) var faults: [ConfigurationFault] = []
    /// The file as a layer; nothing where it could not be read.
    private(set) var layer: ConfigurationLayer?
    private let path: String
    private var lines: [String: Int] = [:]
    private let vocabulary: ConfigurationVocabulary

    /// Reads the file at a path.
    init(path: String, _ vocabulary: ConfigurationVocabulary = .ofOneAccount) {
        self.path = path
        self.vocabulary = vocabulary
        do throws(UnreadableFile) {
            read(try TextFile.read(path, longest: Self.longest))
        } catch {
            refuse(nil, nil, error.message)
        }
    }

    private mutating func read(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text), !root.isEmptyScalar else {
                layer = ConfigurationLayer([:]) { _, _ in .default }
                return
            }
            guard let mapping = root.mapping else {
                refuse(nil, root.mark?.line, "is no mapping of sections to keys")
                return
            }
            guard index(mapping, under: []) else { return }
            layer = try values(of: text)
        } catch let error as YamlError {
            let (line, message) = error.place
            refuse(nil, line, message)
        } catch {
            refuse(nil, nil, "is no YAML: \(error)")
        }
    }

    private func values(of text: String) throws -> ConfigurationLayer {
        let values = try YAMLSnapshot(
            data: Data(text.utf8).bytes,
            providerName: path,
            parsingOptions: YAMLSnapshot.ParsingOptions(secretsSpecifier: .all)
        )
        return ConfigurationLayer(values) { [path, lines] key, _ in .file(path: path, line: lines[key]) }
    }

    /// Notes the line of every key; `false` where the file has a shape that no value can be read from.
    private mutating func index(_ mapping: Node.Mapping, under prefix: [String]) -> Bool {
        var isWellFormed = true
        for (name, value) in mapping {
            let line = name.mark?.line
            guard let word = name.scalar?.string else {
                refuse(prefix.joined(separator: "."), line, "holds a key that is no word")
                isWellFormed = false
                continue
            }
            let key = (prefix + [word]).joined(separator: ".")
            switch value {
            case .mapping(let inner):
                isWellFormed = index(inner, under: prefix + [word]) && isWellFormed
            case .scalar, .sequence:
                isWellFormed = note(key, value, line) && isWellFormed
            case .alias:
                refuse(key, line, "is an alias", hint: "write the value itself")
                isWellFormed = false
            }
        }
        return isWellFormed
    }

    private mutating func note(_ key: String, _ value: Node, _ line: Int?) -> Bool {
        // A section whose keys are all commented out is no value; it has no meaning.
        if value.isEmptyScalar, vocabulary.names.contains(where: { $0.hasPrefix("\(key).") }) { return true }
        if let elements = value.sequence, elements.contains(where: { $0.scalar == nil }) {
            refuse(key, line, "is a list of something else than words")
            return false
        }
        if let first = lines.updateValue(line ?? 0, forKey: key) {
            refuse(key, line, "is given twice", hint: "first in line \(first)")
        }
        if !vocabulary.names.contains(key) {
            faults.append(.unknown(key, .file(path: path, line: line), among: vocabulary))
        }
        return true
    }

    private mutating func refuse(_ key: String?, _ line: Int?, _ message: String, hint: String? = nil) {
        faults.append(ConfigurationFault(key, .file(path: path, line: line), message, hint: hint))
    }
}

extension Node {
    /// Whether nothing stands here: no word, and no pair of quotes either.
    fileprivate var isEmptyScalar: Bool {
        guard let scalar else { return false }
        return scalar.string.isEmpty && scalar.style == .plain
    }
}

extension YamlError {
    /// The line and what is wrong there, without the lines of the file that Yams adds: they may hold secrets.
    fileprivate var place: (line: Int?, message: String) {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, "is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            (context.mark.line, "has a key twice in one mapping: \(names.joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            (nil, "is no YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            (nil, "is no YAML")
        @unknown default:
            (nil, "is no YAML")
        }
    }
}
