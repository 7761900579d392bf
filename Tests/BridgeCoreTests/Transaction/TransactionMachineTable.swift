// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// One input and what it does in every situation.
///
/// Outcomes read `state (reason) +event !effect ?finding @seconds-until-due`. `nothing`, and a finding alone, mean that
/// nothing changes.
struct TableRow: CustomStringConvertible {
    let description: String
    let now: Timestamp
    let isClaimed: Bool
    let rules: TransactionRules
    let input: @Sendable (Transaction) -> TransactionInput
    let outcomes: [([Situation], String)]
    let elsewhere: String?

    /// A row; the transaction was accepted at second 0; if it was POSTed, that was at second 0 too.
    init(
        _ name: String,
        at seconds: Int = 1,
        isClaimed: Bool = false,
        absenceIsFinal: Bool = false,
        input: @escaping @Sendable (Transaction) -> TransactionInput,
        outcomes: [([Situation], String)],
        elsewhere: String? = nil
    ) {
        description = name
        now = .sample + .seconds(seconds)
        self.isClaimed = isClaimed
        rules = TransactionRules(absenceIsFinal: absenceIsFinal)
        self.input = input
        self.outcomes = outcomes
        self.elsewhere = elsewhere
    }

    /// What the table says; every situation must stand in exactly one place.
    func expected(in situation: Situation) -> [String] {
        let named = outcomes.filter { $0.0.contains(situation) }.map { $0.1 }
        return named.isEmpty ? [elsewhere ?? "not in the table"] : named
    }

    /// What the machine does.
    func outcome(in situation: Situation) -> String {
        let before = situation.transaction
        let claimant = TransactionID(at: .sample, random: 99)
        return TransactionMachine.apply(
            input(before),
            to: before,
            at: now,
            rules: rules,
            claimant: isClaimed ? claimant : nil
        ).summary(before: before, at: now)
    }
}

/// Every pair of a situation and an input.
///
/// `leaves lane`: the next command passes although this transaction has not ended.
enum TransactionMachineTable {}
