// SPDX-License-Identifier: Apache-2.0

/// A command that is followed and told of by name.
protocol ReportedCommand: FollowedCommand {
    var reference: String? { get }
    /// Whether the two were made up here.
    var generated: (commandID: Bool, reference: Bool) { get }
}

extension ReportedCommand {
    /// The flags that make another run follow this command instead of making a second one.
    var sameCharge: String { "--command-id \(commandID)" }
}

/// Tells what becomes of a charge: events on standard output; what is said about them on standard error for machines.
struct ChargeReport {
    let console: Console
    let isForMachines: Bool

    /// Names the charge, before it is published: whoever knows its id can ask for it whatever happens next.
    func begin(_ message: some ReportedCommand) {
        say("command-id \(message.commandID)\(message.generated.commandID ? " (generated)" : "")")
        if let reference = message.reference {
            say("reference  \(reference)\(message.generated.reference ? " (generated)" : "")")
        }
    }

    func tell(_ event: ChargeEvent) {
        // The exit status still says how it ended when nobody reads the lines any more.
        if isForMachines { return (try? console.print(event.document)) ?? () }
        try? console.print(event.line)
        if let report = ReportText(event) { try? console.print(report.text) }
    }

    /// Says what to do about a charge whose end is not known; nothing about any other.
    func end(_ message: some ReportedCommand, _ end: ChargeEnd) {
        if let silence = end.silence {
            console.note(silence.text(sameCharge: message.sameCharge))
            return
        }
        switch end.status {
        case .inDoubt: say("IN DOUBT: money may have moved. Do NOT repeat it with another id.")
        case .noAnswer:
            say("No final answer in time; it goes on without you. Do NOT repeat it with another id.")
        default: return
        }
        say("To go on following it: the same line with \(message.sameCharge)")
    }

    func note(_ text: String) {
        console.note(text)
    }

    private func say(_ text: String) {
        if isForMachines { console.note(text) } else { try? console.print(text) }
    }
}
