// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// The contradictions of a transaction as JSON text: `[{"code":…,"result":…}]`; `NULL` where there are none.
///
/// `result` is the status that the contradiction speaks for and what identifies its payment, parted by `|`: number,
/// receipt, authorization, token, local time. A part that is not known is empty.
enum StoredContradictions {
    private static let parts = 5

    static func text(_ identities: [Contradiction.Identity]) -> [UInt8]? {
        guard !identities.isEmpty else { return nil }
        var writer = JSONWriter(reserving: 128)
        writer.array { list in
            for identity in identities {
                list.object { member in
                    member.member("code", identity.code.rawValue)
                    member.member("result", result(of: identity))
                }
            }
        }
        return writer.bytes
    }

    private static func result(of identity: Contradiction.Identity) -> String {
        let payment = identity.payment
        let values = [
            payment.idPosTxs, payment.operationID.map(String.init), payment.authorizationCode, payment.transToken,
            payment.localTime,
        ]
        // A store of an early bridge has no status; it is left as it was.
        return ([identity.status?.rawValue].compactMap { $0 } + values.map { $0 ?? "" }).joined(separator: "|")
    }

    static func value(_ text: [UInt8]?, of id: TransactionID) throws -> [Contradiction.Identity] {
        guard let text else { return [] }
        guard let value = try? JSONParser.parse(text), case .array(let elements) = value else {
            throw StoredRowFault("transactions.contradictions", of: id)
        }
        return try elements.map { element in
            guard let code = element["code"]?.string.flatMap(Contradiction.Code.init(rawValue:)),
                let identity = identity(code, element["result"]?.string ?? "")
            else { throw StoredRowFault("transactions.contradictions", of: id) }
            return identity
        }
    }

    /// `nil` where the text has not the shape above.
    private static func identity(_ code: Contradiction.Code, _ text: String) -> Contradiction.Identity? {
        var values = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        var status: TransactionStatus?
        if values.count > parts {
            guard let known = TransactionStatus(rawValue: values.removeFirst()) else { return nil }
            status = known
        }
        guard values.count == parts else { return nil }
        func part(_ index: Int) -> String? { values[index].isEmpty ? nil : values[index] }
        var payment = PaymentIdentity()
        payment.idPosTxs = part(0)
        if let digits = part(1) {
            guard let number = Int64(digits) else { return nil }
            payment.operationID = number
        }
        payment.authorizationCode = part(2)
        payment.transToken = part(3)
        payment.localTime = part(4)
        return Contradiction.Identity(code: code, status: status, payment: payment)
    }
}
