// SPDX-License-Identifier: Apache-2.0

private import Foundation

/// What `config check` and `config print` say, for people and for machines.
public struct ConfigurationReport: Sendable {
    private let faults: [ConfigurationFault]
    private let warnings: [ConfigurationFault]
    private let values: [EffectiveValue]

    /// Makes the report of what reading came to.
    public init(_ outcome: ConfigurationOutcome) {
        if case .failure(let faults) = outcome.result { self.faults = faults.all } else { faults = [] }
        warnings = outcome.warnings
        values = outcome.values
    }

    /// Faults and warnings, one to a paragraph, and a last line that counts them.
    ///
    /// Shape: `fault: http.port: "80a" is no whole number (file /etc/getnet-bridge.yaml line 12)`.
    public var findings: String {
        let lines = faults.map { Self.line("fault", $0) } + warnings.map { Self.line("warning", $0) }
        let verdict =
            faults.isEmpty ? "The configuration is sound" : "The configuration has \(Self.count(faults, "fault"))"
        let rest = warnings.isEmpty ? "." : "; \(Self.count(warnings, "warning"))."
        return (lines + [verdict + rest]).joined(separator: "\n")
    }

    /// Every key with its value and its origin, one to a line.
    ///
    /// Shape: `http.port                       8080    default`.
    public var listing: String {
        let shown = values.map { ($0.key, $0.value ?? "-", $0.origin.description) }
        let keyWidth = shown.map(\.0.count).max() ?? 0
        let valueWidth = min(shown.map(\.1.count).max() ?? 0, 60)
        return shown.map { key, value, origin in
            let left = key.padding(toLength: keyWidth, withPad: " ", startingAt: 0)
            let middle = value + String(repeating: " ", count: max(0, valueWidth - value.count))
            return "\(left)  \(middle)  \(origin)"
        }
        .joined(separator: "\n")
    }

    /// The same for machines.
    ///
    /// Shape: `{"faults":[{"key","origin","message","hint"}],"sound":true,"values":{"http.port":{"origin","value"}},
    /// "warnings":[…]}`; what is unknown is absent.
    public var json: String {
        let document = Document(
            sound: faults.isEmpty,
            faults: faults.map(Document.Finding.init),
            warnings: warnings.map(Document.Finding.init),
            values: Dictionary(
                values.map { ($0.key, Document.Value(value: $0.value, origin: $0.origin.description)) },
                uniquingKeysWith: { first, _ in first }
            )
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(document) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private static func line(_ kind: String, _ fault: ConfigurationFault) -> String {
        let subject = fault.key.map { "\($0): " } ?? ""
        let hint = fault.hint.map { "\n    hint: \($0)" } ?? ""
        return "\(kind): \(subject)\(fault.message) (\(fault.origin))\(hint)"
    }

    private static func count(_ faults: [ConfigurationFault], _ noun: String) -> String {
        "\(faults.count) \(noun)\(faults.count == 1 ? "" : "s")"
    }
}

private struct Document: Encodable {
    struct Finding: Encodable {
        let key: String?
        let origin: String
        let message: String
        let hint: String?

        init(_ fault: ConfigurationFault) {
            key = fault.key
            origin = fault.origin.description
            message = fault.message
            hint = fault.hint
        }
    }

    struct Value: Encodable {
        let value: String?
        let origin: String
    }

    let sound: Bool
    let faults: [Finding]
    let warnings: [Finding]
    let values: [String: Value]
}
