// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// A comparison of a terminal's batch with the table, for people.
struct ReconciliationText {
    let text: String

    /// The text of what is known last; without a report it says why there is none.
    init(_ terminal: String, _ event: ChargeEvent?) {
        guard let event, let report = event.data["result"]?["report"]?["reconciliation"] else {
            text = "\(terminal)\n  \(event?.line ?? "no answer")"
            return
        }
        let currency = report["currency"]?.string ?? ""
        var facts = Facts()
        facts.add("  since", Self.since(report["since"]))
        facts.add("  terminal", Self.side(report["terminal"], currency))
        facts.add("  bridge", Self.side(report["table"], currency))
        var lines = [terminal, facts.text]
        let lists = [
            ("unclaimed", "sales of the terminal that no transaction claims"),
            ("missing", "payments that the terminal does not list"), ("undecided", "in doubt"),
        ]
        for (name, meaning) in lists {
            guard case .array(let entries) = report[name], !entries.isEmpty else { continue }
            lines.append("  \(meaning):")
            lines += entries.map { "    " + Self.line($0, currency) }
        }
        if report["truncated"] != nil { lines.append("  the lists are cut; the sums tell of all") }
        lines.append(report["agrees"] == .bool(true) ? "  they agree" : "  they do NOT agree")
        text = lines.joined(separator: "\n")
    }

    private static func since(_ since: JSON?) -> String {
        guard let at = since?["at"]?.string else { return "not known when the batch began: nothing can be missing" }
        return since?["known"]?.string == "close"
            ? "\(at), closed by the bridge" : "\(at), the oldest sale of the terminal"
    }

    private static func side(_ side: JSON?, _ currency: String) -> String {
        let count = side?["count"]?.integer ?? 0
        return "\(count) \(count == 1 ? "sale" : "sales"), \(AmountText.of(side?["total"]?.integer ?? 0, currency))"
    }

    private static func line(_ entry: JSON, _ currency: String) -> String {
        func text(_ name: String) -> String? { entry[name]?.string ?? entry[name]?.integer.map(String.init) }
        var words = [text("type"), entry["amount"]?.integer.map { AmountText.of($0, currency) }]
        words.append(text("operationId").map { "receipt \($0)" })
        words.append(text("authorizationCode").map { "authorization \($0)" })
        words.append(text("terminalLocalTime"))
        words.append(text("status"))
        words.append(text("transactionId").map { "transaction \($0)" })
        if case .array(let candidates) = entry["mayBe"] {
            words.append("may be \(candidates.compactMap(\.string).joined(separator: " or "))")
        }
        return words.compactMap { $0 }.joined(separator: ", ")
    }
}
