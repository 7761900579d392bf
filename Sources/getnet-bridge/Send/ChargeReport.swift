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

    /// Says what to do about a charge whose end is not known; nothing about any other.
    func end(_ message: ChargeMessage, _ end: ChargeEnd) {
        if let silence = end.silence {
            console.note(silence.text(sameCharge: message.sameCharge))
            return
        }
        switch end.status {
        case .inDoubt: say("IN DOUBT: money may have moved. Do NOT repeat this charge with another id.")
        case .noAnswer:
            say("No final answer in time; the charge goes on without you. Do NOT repeat it with another id.")
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
