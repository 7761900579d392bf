// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// The sale of a void or a refund, as JSON text in its row: how the command names it, and what was known of it.
enum StoredOriginal {
    static func reference(_ reference: OriginalReference) -> [UInt8] {
        var writer = JSONWriter(reserving: 160)
        writer.object { member in
            switch reference {
            case .transaction(let id): member.member("transactionId", id.description)
            case .command(let commandID): member.member("commandId", commandID)
            case .receipt(let receipt):
                member.object("getnet") { parts in
                    parts.member("operationId", receipt.operationID)
                    parts.member("authorizationCode", receipt.authorizationCode)
                    parts.member("date", receipt.date)
                    parts.member("amount", receipt.amount.value)
                    parts.member("currency", receipt.amount.currency.rawValue)
                }
            }
        }
        return writer.bytes
    }

    static func reference(_ text: [UInt8], of id: TransactionID) throws -> OriginalReference {
        let json = try? JSONParser.parse(text)
        if let original = json?["transactionId"]?.string.flatMap({ TransactionID($0) }) {
            return .transaction(original)
        }
        if let commandID = json?["commandId"]?.string { return .command(commandID) }
        guard let receipt = json?["getnet"], let operationID = receipt["operationId"]?.integer,
            let authorizationCode = receipt["authorizationCode"]?.string, let date = receipt["date"]?.string,
            let amount = amount(receipt)
        else { throw StoredRowFault("transactions.original_reference", of: id) }
        return .receipt(
            SaleReceipt(operationID: operationID, authorizationCode: authorizationCode, date: date, amount: amount)
        )
    }

    static func sale(_ sale: OriginalSale) -> [UInt8] {
        var writer = JSONWriter(reserving: 192)
        writer.object { member in
            member.member("commandId", sale.commandID)
            member.member("operationId", sale.operationID)
            member.member("authorizationCode", sale.authorizationCode)
            member.member("localTime", sale.localTime)
            member.member("idPosTxs", sale.idPosTxs)
            member.member("amount", sale.amount.value)
            member.member("currency", sale.amount.currency.rawValue)
        }
        return writer.bytes
    }

    static func sale(_ text: [UInt8], named name: TransactionID?, of id: TransactionID) throws -> OriginalSale {
        guard let name, let json = try? JSONParser.parse(text), let amount = amount(json) else {
            throw StoredRowFault("transactions.original", of: id)
        }
        return OriginalSale(
            id: name,
            commandID: json["commandId"]?.string,
            operationID: json["operationId"]?.integer,
            authorizationCode: json["authorizationCode"]?.string,
            localTime: json["localTime"]?.string,
            idPosTxs: json["idPosTxs"]?.string,
            amount: amount
        )
    }

    private static func amount(_ json: JSON) -> Money? {
        guard let value = json["amount"]?.integer, let currency = json["currency"]?.string.flatMap(Currency.init) else {
            return nil
        }
        return Money(value, currency)
    }
}
