// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// The contradictions of a transaction as JSON text: `[{"code":…,"result":…}]`; `NULL` where there are none.
///
/// `result` is the status that the contradiction speaks for and what identifies its payment, parted by `|`: number,
/// receipt, authorization, token, local time. A part that is not known is empty.
enum StoredContradictions {
    private static let bar = UInt8(ascii: "|")
    /// The parts behind the status.
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

    static func result(of identity: Contradiction.Identity) -> String {
        let payment = identity.payment
        let values = [
            identity.status?.rawValue, payment.idPosTxs, payment.operationID.map(String.init),
            payment.authorizationCode, payment.transToken, payment.localTime,
        ]
        return values.map { $0 ?? "" }.joined(separator: "|")
    }

    static func value(_ text: [UInt8]?, of id: TransactionID) throws -> [Contradiction.Identity] {
        guard let text else { return [] }
        guard let value = try? JSONParser.parse(text), case .array(let elements) = value else {
            throw StoredRowFault("transactions.contradictions", of: id)
        }
        return try elements.map { element in
            guard let code = element["code"]?.string.flatMap(Contradiction.Code.init(rawValue:)) else {
                throw StoredRowFault("transactions.contradictions", of: id)
            }
            return identity(code, element["result"]?.string ?? "")
        }
    }

    /// What is understood of a stored result; the rest counts as not known.
    ///
    /// A row must stay readable whatever stands here: rules read the contradicted rows of a whole terminal. Bars are
    /// bytes: as a character a bar may be one with a mark behind it.
    static func identity(_ code: Contradiction.Code, _ text: String) -> Contradiction.Identity {
        var values = text.utf8.split(separator: bar, omittingEmptySubsequences: false).map { String(Substring($0)) }
        // The first bridges wrote no status, and `-` for a part that is not known.
        let status = values.count > parts ? TransactionStatus(rawValue: values.removeFirst()) : nil
        func part(_ index: Int) -> String? {
            guard index < values.count, !values[index].isEmpty, values[index] != "-" else { return nil }
            return values[index]
        }
        var payment = PaymentIdentity()
        payment.idPosTxs = part(0)
        payment.operationID = part(1).flatMap { Int64($0) }
        payment.authorizationCode = part(2)
        payment.transToken = part(3)
        payment.localTime = part(4)
        return Contradiction.Identity(code: code, status: status, payment: payment)
    }
}
