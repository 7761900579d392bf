// SPDX-License-Identifier: Apache-2.0

extension WireText {
    /// Notations that are no JSON, as gateways, frameworks and log pages write the same members.
    enum Notation: CaseIterable, Sendable {
        /// `<answer><code>1</code>…</answer>`
        case xml
        /// `code=1&data.idPosTxs=936101`
        case form
        /// `code: 1` in lines, what is inside indented.
        case yaml
        /// `<tr><td>code</td><td>1</td></tr>`
        case table
        /// `code=1, data={idPosTxs=936101}`, as Java and Ruby print maps.
        case map
    }

    /// The same members in a notation that is no JSON.
    func notated(as notation: Notation) -> String {
        switch notation {
        case .xml: "<?xml version=\"1.0\"?><answer>\(xml(named: "item"))</answer>"
        case .form: leaves(below: "").map { "\($0)=\($1)" }.joined(separator: "&")
        case .yaml: yaml(indent: "")
        case .table:
            "<table>"
                + leaves(below: "").map { "<tr><td>\($0)</td><td>\($1)</td></tr>" }.joined() + "</table>"
        case .map: map
        }
    }

    private var scalar: String {
        switch self {
        case .raw(let text), .text(let text): text
        case .list, .object: ""
        }
    }

    private func xml(named name: String) -> String {
        switch self {
        case .raw, .text: scalar
        case .list(let elements): elements.map { "<\(name)>\($0.xml(named: name))</\(name)>" }.joined()
        case .object(let members):
            members.map { "<\($0.name)>\($0.value.xml(named: $0.name))</\($0.name)>" }.joined()
        }
    }

    private func leaves(below path: String) -> [(name: String, value: String)] {
        switch self {
        case .raw, .text: [(path, scalar)]
        case .list(let elements): elements.enumerated().flatMap { $1.leaves(below: "\(path)[\($0)]") }
        case .object(let members):
            members.flatMap { $0.value.leaves(below: path.isEmpty ? $0.name : "\(path).\($0.name)") }
        }
    }

    private func yaml(indent: String) -> String {
        switch self {
        case .raw, .text: "\(indent)\(scalar)\n"
        case .list(let elements): elements.map { "\(indent)-\n" + $0.yaml(indent: indent + "  ") }.joined()
        case .object(let members):
            members.map { member in
                switch member.value {
                case .raw, .text: "\(indent)\(member.name): \(member.value.scalar)\n"
                case .list, .object: "\(indent)\(member.name):\n" + member.value.yaml(indent: indent + "  ")
                }
            }.joined()
        }
    }

    private var map: String {
        switch self {
        case .raw, .text: scalar
        case .list(let elements): "[" + elements.map(\.map).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.map { "\($0.name)=\($0.value.map)" }.joined(separator: ", ") + "}"
        }
    }
}
