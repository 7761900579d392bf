// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What commands besides sales leave in the ledger.
extension LedgerBook {
    /// Notes a command.
    mutating func note(_ record: CommandRecord) {
        let entry = record.entry
        count { summary in
            summary.commands += 1
            if entry.foundBusyWith != nil, entry.foundBusyWith != Terminal.Occupant.terminalSale.rawValue {
                summary.overlaps += 1
            }
            guard entry.movedMoney else { return }
            switch entry.command {
            case .void:
                summary.voids += 1
                summary.voidedAmount += entry.movedAmount
            case .refund:
                summary.refunds += 1
                summary.refundedAmount += entry.movedAmount
                if let original = entry.original, original.voided + original.refunded > original.amount {
                    summary.overRefunds += 1
                }
            case .close, .totals, .poll, .normalMode, .duplicate, .parameters, .cancelSale, .print, .biometrics,
                .promotionSale, .mode, .shift, .shiftReport:
                break
            }
        }
        append(record)
    }

    /// Notes that a payment was taken back, in whole or in part.
    mutating func takeBack(_ payment: KnownPayment, voided: Int = 0, refunded: Int = 0) {
        func change(_ payment: inout LedgerEntry.Payment) {
            payment.voided += voided
            payment.refunded += refunded
        }
        switch payment.source {
        case .sale(let post, let index):
            update(post) { record in
                guard let count = record.entry.sale?.payments.count, index < count else { return }
                if var taken = record.entry.sale?.payments[index] {
                    change(&taken)
                    record.entry.sale?.payments[index] = taken
                }
            }
        case .terminalSale(let number): updateTerminalSale(number) { change(&$0.payment) }
        }
    }

    /// Notes that a sale ended before it was paid.
    ///
    /// - Parameters:
    ///   - stopped: the sale as it is by now.
    ///   - post: its number.
    ///   - command: the number of the command that did it.
    ///   - finishesAt: when it ended.
    mutating func cancel(_ stopped: StartedSale, post: Int, by command: Int, at finishesAt: Date) {
        let payments = self[post]?.entry.sale?.payments ?? []
        update(post) { record in
            record.started = stopped
            record.entry.sale = LedgerEntry.Sale(
                idPosTxs: stopped.facts.idPosTxs,
                finishesAt: finishesAt,
                payments: []
            )
            record.entry.cancelledBy = command
        }
        count { summary in
            summary.cancelledSales += 1
            summary.payments -= payments.count
            summary.paidAmount -= payments.reduce(0) { $0 + $1.amount }
        }
    }
}
