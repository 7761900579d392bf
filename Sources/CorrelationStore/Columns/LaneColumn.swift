// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What is set at both ends of a stay in the lane.
package enum LaneColumn: String, ColumnGroup {
    case inLane = "in_lane"
    case lifeOver = "life_over"
    case journalReadAt = "journal_read_at"

    package static let columns = allCases

    package static func part(of transaction: Transaction) -> Transaction.LaneStay { transaction.stay }

    package func write(_ stay: Transaction.LaneStay, _ row: inout some RowWriter) {
        switch self {
        case .inLane: row.add(stay.isInLane)
        case .lifeOver: row.add(stay.isLifeOver)
        case .journalReadAt: row.add(stay.journalReadAt)
        }
    }

    package func read(into transaction: inout Transaction, _ row: inout some RowReader) {
        switch self {
        case .inLane: transaction.stay.isInLane = row.flag()
        case .lifeOver: transaction.stay.isLifeOver = row.flag()
        case .journalReadAt: transaction.stay.journalReadAt = row.optionalInstant()
        }
    }
}
