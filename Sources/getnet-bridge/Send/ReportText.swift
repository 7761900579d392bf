// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What a terminal answered to a command that reads, for people: `result.report` of its last event.
///
/// Totals that are 0 are left out; the sums `txCount` and `txTotal` always stand there.
struct ReportText {
    private static let sums = ["count", "txCount", "txTotal"]
    /// Members of a sale that are amounts.
    private static let amounts: Set<String> = ["amount", "tip", "cashback"]

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
        let country = event.data["getnet"]?["country"]?.string
        let currency = country.flatMap { CountryProfile.named($0)?.currency }
        var facts = Facts()
        var lists: [String] = []
        for member in members {
            if case .array(let rows) = member.value {
                lists.append(Self.table(rows, currency))
            } else if member.value.integer != 0 || Self.sums.contains(member.name) {
                let isAmount = member.name.hasPrefix("total") || member.name == "txTotal"
                facts.add("  \(member.name)", Self.cell(member.value, isAmount: isAmount, currency))
            }
        }
        text = ([facts.text] + lists).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Rows of objects under the names that any of them has.
    private static func table(_ rows: [JSON], _ currency: Currency?) -> String {
        var names: [String] = []
        for case .object(let members) in rows {
            for member in members where !names.contains(member.name) { names.append(member.name) }
        }
        guard !names.isEmpty else { return "" }
        var table = Table(names)
        for row in rows { table.add(names.map { cell(row[$0], isAmount: amounts.contains($0), currency) }) }
        return table.text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }

    /// A value as people read it; an amount without a known currency says that it is in minor units.
    private static func cell(_ value: JSON?, isAmount: Bool, _ currency: Currency?) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let flag): return flag ? "yes" : "no"
        case .number(let number):
            guard isAmount, let amount = number.integer else { return number.lexeme }
            return currency.map { AmountText.of(amount, $0.rawValue) } ?? "\(amount) minor units"
        case .array, .object: return String(decoding: value?.serialized ?? [], as: UTF8.self)
        case .null, nil: return "-"
        }
    }
}
