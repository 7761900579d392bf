// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeService

/// A command that is followed and told of by name.
protocol ReportedCommand: FollowedCommand {
    var reference: String? { get }
    /// Whether the two were made up here.
    var generated: (commandID: Bool, reference: Bool) { get }
    /// Whether it only asks or takes back, so that sending it again starts nothing.
    var startsNothing: Bool { get }
    /// When it was sent first.
    var sentAt: Timestamp { get }
}

extension ReportedCommand {
    /// What another run needs beside the same words to follow this command instead of making a second one.
    var repetition: String {
        startsNothing ? "the same line" : "the same line with --command-id \(commandID) --sent-at \(sentAt)"
    }
}

/// Follows a charge: events go to standard output; for machines, remarks about them go to standard error.
struct ChargeReport {
    let console: Console
    let isForMachines: Bool

    /// Names the charge before it is published: with its id a person can always ask for it later.
    func begin(_ message: some ReportedCommand) {
        say("command-id \(message.commandID)\(message.generated.commandID ? " (generated)" : "")")
        if !message.startsNothing { say("sent-at    \(message.sentAt)") }
        if let reference = message.reference {
            say("reference  \(reference)\(message.generated.reference ? " (generated)" : "")")
        }
    }

    func tell(_ event: ChargeEvent) {
        // The exit status still says how it ended when no program reads the lines any more.
        if isForMachines { return (try? console.print(event.document)) ?? () }
        try? console.print(event.line(on: .current))
        if let report = ReportText(event) { try? console.print(report.text) }
    }

    /// Says what to do about a charge whose end is not known; nothing about any other.
    func end(_ message: some ReportedCommand, _ end: ChargeEnd) {
        if let silence = end.silence {
            console.note(silence.text(message.repetition, startsNothing: message.startsNothing))
            return
        }
        switch end.status {
        case .inDoubt where message.startsNothing: say("IN DOUBT: money may have moved. Do NOT charge again.")
        case .noAnswer where message.startsNothing: say("It has not ended yet.")
        case .inDoubt: say("IN DOUBT: money may have moved. Do NOT repeat it with another id.")
        case .noAnswer:
            say("No final answer in time; it goes on without you. Do NOT repeat it with another id.")
        default: return
        }
        say("\(message.startsNothing ? "To look again" : "To go on following it"): \(message.repetition)")
    }

    func note(_ text: String) {
        console.note(text)
    }

    private func say(_ text: String) {
        if isForMachines { console.note(text) } else { try? console.print(text) }
    }
}
