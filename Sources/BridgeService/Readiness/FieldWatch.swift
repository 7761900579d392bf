// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What the sales themselves show of the world around the bridge.
///
/// Whether callbacks come, whether terminals' clocks are right, whether Getnet's numbers begin anew: none of it is in
/// the way of a charge. *Isolation*: any task.
struct FieldWatch: Sendable {
    let callbacks: CallbackWatch
    let clocks: TerminalClockWatch
    let numbers = NumberWatch()

    /// Looks at a transaction's change.
    func note(_ transition: Transition) {
        callbacks.note(transition)
        clocks.note(transition)
        numbers.note(transition)
    }

    /// What a person should know, by the part's name; `nil` where all is well.
    var remarks: [(part: String, remark: String?)] {
        [("callbacks", callbacks.remark), ("terminals", clocks.remark), ("numbers", numbers.remark())]
    }
}
