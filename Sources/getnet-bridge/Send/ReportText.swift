// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What a terminal answered to a command that reads, for people: `result.report` of its last event.
///
/// Totals that are 0 are left out; the sums `txCount` and `txTotal` always stand there.
struct ReportText {
    private static let sums = ["count", "txCount", "txTotal"]

    /// Indented lines.
    let text: String

    /// `nil` where the event has no report.
    init?(_ event: ChargeEvent) {
        guard case .object(let members)? = event.data["result"]?["report"] else { return nil }
        if members.contains(where: { $0.name == "reconciliation" }) {
            let terminal = event.data["terminal"]?["idTerminal"]?.string ?? ""
            text = ReconciliationText(terminal, event).text
            return
        }
        var facts = Facts()
        var lists: [String] = []
        for member in members {
            if case .array(let rows) = member.value {
                lists.append(Self.table(rows))
            } else if member.value.integer != 0 || Self.sums.contains(member.name) {
                facts.add("  \(member.name)", Self.cell(member.value))
            }
        }
        let names = members.map(\.name) + lists.map { String($0.prefix { $0 != "\n" }) }
        let unit = names.contains { $0.contains("otal") || $0.contains("amount") } ? "  (amounts in minor units)" : ""
        text = ([facts.text] + lists + [unit]).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Rows of objects under the names that any of them has.
    private static func table(_ rows: [JSON]) -> String {
        var names: [String] = []
        for case .object(let members) in rows {
            for member in members where !names.contains(member.name) { names.append(member.name) }
        }
        guard !names.isEmpty else { return "" }
        var table = Table(names)
        for row in rows { table.add(names.map { cell(row[$0]) }) }
        return table.text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }

    private static func cell(_ value: JSON?) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .number(let number): number.lexeme
        case .array, .object: String(decoding: value?.serialized ?? [], as: UTF8.self)
        case .null, nil: "-"
        }
    }
}
