// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeService
internal import CorrelationStore

extension [Transaction] {
    /// One line for each; the last column says whether and from when a person decides.
    func table(at now: Timestamp, _ rules: TransactionRules) -> String {
        guard !isEmpty else { return "no transactions" }
        var table = Table("ACCEPTED", "STATUS", "AMOUNT", "TERMINAL", "REFERENCE", "TRANSACTION", "COMMAND", "PERSON")
        for transaction in self {
            let content = transaction.command.content
            table.add(
                transaction.acceptedAt.description,
                transaction.status.rawValue + (transaction.reason.map { " (\($0.code.rawValue))" } ?? ""),
                transaction.amount?.text ?? "-",
                content.terminal.idTerminal,
                content.reference ?? "-",
                transaction.id.description,
                transaction.command.commandID,
                Conclusion(about: transaction, at: now, rules: rules).person.text
            )
        }
        return table.text
    }
}

extension OriginalSale {
    /// The sale in one line.
    fileprivate var text: String {
        let receipt = operationID.map { ", receipt \($0)" } ?? ""
        return (commandID == nil ? "not made by this bridge" : id.description) + receipt + ", \(amount.text)"
    }
}

extension Transaction {
    /// Everything about it, with the newest at the end.
    func text(with story: TransactionStory) -> String {
        var table = Table("WHEN", "WHAT", "DETAIL")
        var said: [String: String] = [:]
        for line in story.lines(of: self) {
            // Answers repeat themselves for hours.
            let isAgain = line.detail.map { said.updateValue($0, forKey: line.what) == $0 } ?? false
            table.add(line.at.description, line.what, isAgain ? "the same again" : line.detail ?? "")
        }
        return [facts, table.text, Self.text(of: story.events)].joined(separator: "\n\n")
    }

    private var facts: String {
        let content = command.content
        let terminal = content.terminal
        var facts = Facts()
        facts.add("transaction", id.description)
        facts.add("command", command.commandID)
        facts.add("status", status.rawValue + (status.isFinal ? ", final" : ""))
        facts.add("reason", reason.map { "\($0.code.rawValue): \(reasonText ?? $0.message)" })
        facts.add("type", content.type.rawValue)
        facts.add("amount", amount?.text)
        facts.add("reference", content.reference)
        facts.add("original", original?.text)
        facts.add("account", "\(content.account)/\(country)/\(environment)")
        facts.add("terminal", "\(terminal.idTerminal)/\(terminal.idSucursal)/\(terminal.serialNumber)")
        facts.add("Getnet's number", idPosTxs)
        // In doubt it is what was told and did not fit, not what is true.
        let told = state == .inDoubt ? "told: " : ""
        facts.add("\(told)authorization", result?.authorizationCode)
        facts.add("\(told)response", result?.responseMessage)
        facts.add(
            state == .approved ? "amount paid" : "amount told",
            result?.amount.flatMap { paid in amount.map { AmountText.of(paid, $0.currency.rawValue) } }
        )
        facts.add("evidence", outcome.decidedBy?.rawValue)
        facts.add("accepted", acceptedAt.description)
        facts.add("expires", command.expiresAt.description)
        facts.add("submitted", posting.acknowledgedAt?.description)
        facts.add("completed", outcome.completedAt?.description)
        facts.add("next look", dueAt?.description)
        facts.add("POSTs", "\(posting.attempts)")
        facts.add("queries", "\(statusQueries.begun)")
        facts.add(
            "contradictions",
            contradictions.known.isEmpty ? nil : "\(contradictions.known.count), of them open \(contradictions.open)"
        )
        facts.add("metadata", command.metadata.map { String(decoding: $0, as: UTF8.self) })
        return facts.text
    }

    private static func text(of events: [TransactionStory.Announcement]) -> String {
        guard !events.isEmpty else { return "no events" }
        var table = Table("EVENT", "ROUTING KEY", "ID")
        for announcement in events {
            table.add(
                announcement.event.name.text,
                announcement.event.routingKey,
                announcement.event.id.description
            )
        }
        return table.text
    }
}
