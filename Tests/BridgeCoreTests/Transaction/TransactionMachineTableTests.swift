// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite struct `The machine, pair by pair` {
    @Test(arguments: TransactionMachineTable.due)
    func `time sends, asks and calls for help but decides nothing after a POST`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.submissionStarted)
    func `a POST begins only where none may have reached the cloud`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.submissionEnded)
    func `a POST ends as one of its classes`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.recovered)
    func `a restart leaves a POST that was under way in doubt`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.evidence)
    func `evidence decides, contradicts or asks for more`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.queryRequested)
    func `a look is brought forward only where there is a number to ask for`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.journalAbsence)
    func `a silent journal ends nothing by itself`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.lifeEnded)
    func `a life that is over asks for the journal and decides nothing`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.receiptRead)
    func `a receipt or a batch that was read means nothing to a charge`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.journalClosed)
    func `only a journal after the terminal's life lets the next command pass a doubt`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.cancel)
    func `only what was not sent can be cancelled`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.cancelEnded)
    func `the answer to no cancel means nothing`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.operatorDecision)
    func `an operator decides what is open after a POST`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.settled)
    func `only what speaks against a final status is settled`(_ row: TableRow) { check(row) }

    @Test(arguments: TransactionMachineTable.restored)
    func `what a backup shows as not sent may have been sent`(_ row: TableRow) { check(row) }

    @Test func `every state stands in the table`() {
        var states: Set<TransactionState> = []
        for situation in Situation.allCases { states.insert(situation.transaction.state) }
        #expect(states.count == 9)
    }

    private func check(_ row: TableRow) {
        for situation in Situation.allCases {
            #expect(row.expected(in: situation) == [row.outcome(in: situation)], "\(situation)")
        }
    }
}
