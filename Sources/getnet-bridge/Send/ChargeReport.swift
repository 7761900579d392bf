// SPDX-License-Identifier: Apache-2.0

/// Tells what becomes of a charge: events on standard output; what is said about them on standard error for machines.
struct ChargeReport {
    let console: Console
    let isForMachines: Bool

    /// Names the charge, before it is published: whoever knows its id can ask for it whatever happens next.
    func begin(_ message: ChargeMessage) {
        say("command-id \(message.commandID)\(message.generated.commandID ? " (generated)" : "")")
        say("reference  \(message.reference)\(message.generated.reference ? " (generated)" : "")")
    }

    func tell(_ event: ChargeEvent) {
        // The exit status still says how it ended when nobody reads the lines any more.
        if isForMachines { try? console.print(event.document) } else { try? console.print(event.line) }
    }

    /// Says what to do about a charge whose end is not known.
    func end(_ message: ChargeMessage, _ status: ExitStatus) {
        let same = "the same line with --command-id \(message.commandID) --reference \(message.reference)"
        if status == .inDoubt {
            say("IN DOUBT: money may have moved. Do NOT repeat this charge with another id.")
            say("To go on following it: \(same)")
        } else {
            say("No final answer in time; the charge goes on without you. Do not repeat it with another id.")
            say("To go on following it: \(same)")
        }
    }

    func note(_ text: String) {
        console.note(text)
    }

    private func say(_ text: String) {
        if isForMachines { console.note(text) } else { try? console.print(text) }
    }
}
