// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What the terminal said; without a result, which `OutcomeColumn.responseCode` shows, `NULL` in every column.
package enum ResultColumn: String, ColumnGroup {
    case functionCode = "result_function_code"
    case responseMessage = "result_response_message"
    case terminal = "result_terminal"
    case ticket = "result_ticket"
    case authorizationCode = "result_authorization_code"
    case amount = "result_amount"
    case tip = "result_tip"
    case cashback = "result_cashback"
    case operationID = "result_operation_id"
    case transToken = "result_trans_token"
    case localTime = "result_local_time"
    case utcOffset = "result_utc_offset"
    case brandCode = "result_brand_code"
    case cardTypeCode = "result_card_type_code"
    case last4 = "result_last4"
    case entryMode = "result_entry_mode"
    case idPosTxs = "result_id_pos_txs"
    case success = "result_success"
    case report = "result_report"

    package static let columns = allCases

    package static func part(of transaction: Transaction) -> TerminalResult? { transaction.outcome.result }

    package func write(_ result: TerminalResult?, _ row: inout some RowWriter) {
        switch self {
        case .functionCode: row.add(result?.functionCode)
        case .responseMessage: row.add(result?.responseMessage)
        case .terminal: row.add(result?.terminalID)
        case .ticket: row.add(result?.ticket)
        case .authorizationCode: row.add(result?.authorizationCode)
        case .amount: row.add(result?.amount)
        case .tip: row.add(result?.tip)
        case .cashback: row.add(result?.cashback)
        case .operationID: row.add(result?.operationID)
        case .transToken: row.add(result?.transToken)
        case .localTime: row.add(result?.localTime)
        case .utcOffset: row.add(result?.utcOffset.map(Int64.init))
        case .brandCode: row.add(result?.brandCode)
        case .cardTypeCode: row.add(result?.cardTypeCode)
        case .last4: row.add(result?.last4)
        case .entryMode: row.add(result?.entryMode)
        case .idPosTxs: row.add(result?.idPosTxs)
        case .success: row.add(result?.success.map { Int64($0 ? 1 : 0) })
        case .report: row.add(text: result?.report)
        }
    }

    package func read(into transaction: inout Transaction, _ row: inout some RowReader) {
        guard transaction.outcome.result != nil else { return row.skip() }
        switch self {
        case .functionCode: transaction.outcome.result?.functionCode = row.optionalInteger()
        case .responseMessage: transaction.outcome.result?.responseMessage = row.optionalText()
        case .terminal: transaction.outcome.result?.terminalID = row.optionalText()
        case .ticket: transaction.outcome.result?.ticket = row.optionalText()
        case .authorizationCode: transaction.outcome.result?.authorizationCode = row.optionalText()
        case .amount: transaction.outcome.result?.amount = row.optionalInteger()
        case .tip: transaction.outcome.result?.tip = row.optionalInteger()
        case .cashback: transaction.outcome.result?.cashback = row.optionalInteger()
        case .operationID: transaction.outcome.result?.operationID = row.optionalInteger()
        case .transToken: transaction.outcome.result?.transToken = row.optionalText()
        case .localTime: transaction.outcome.result?.localTime = row.optionalText()
        case .utcOffset: transaction.outcome.result?.utcOffset = row.optionalInteger().map { Int($0) }
        case .brandCode: transaction.outcome.result?.brandCode = row.optionalText()
        case .cardTypeCode: transaction.outcome.result?.cardTypeCode = row.optionalText()
        case .last4: transaction.outcome.result?.last4 = row.optionalText()
        case .entryMode: transaction.outcome.result?.entryMode = row.optionalText()
        case .idPosTxs: transaction.outcome.result?.idPosTxs = row.optionalText()
        case .success: transaction.outcome.result?.success = row.optionalInteger().map { $0 != 0 }
        case .report: transaction.outcome.result?.report = row.optionalBytes()
        }
    }
}
