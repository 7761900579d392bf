// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import CorrelationStore

/// What makes two contradictions one, as the store keeps it.
@Suite("Stored contradictions")
struct StoredContradictionsTests {
    private static func payment(
        _ idPosTxs: String? = nil,
        _ operationID: Int64? = nil,
        _ authorizationCode: String? = nil,
        _ transToken: String? = nil,
        _ localTime: String? = nil
    ) -> PaymentIdentity {
        var payment = PaymentIdentity()
        payment.idPosTxs = idPosTxs
        payment.operationID = operationID
        payment.authorizationCode = authorizationCode
        payment.transToken = transToken
        payment.localTime = localTime
        return payment
    }

    @Test(arguments: [
        ("approved|936101|17|0A2|token|2026-11-18 08:06:43", "approved"),
        ("936101|17|0A2|token|2026-11-18 08:06:43", nil),
        ("of_a_newer_bridge|936101|17|0A2|token|2026-11-18 08:06:43", nil),
        ("|936101|17|0A2|token|2026-11-18 08:06:43", nil),
    ])
    func `a result of any bridge tells its payment`(_ text: String, _ status: String?) {
        let identity = StoredContradictions.identity(.secondPayment, text)
        #expect(identity.status?.rawValue == status)
        #expect(identity.payment == Self.payment("936101", 17, "0A2", "token", "2026-11-18 08:06:43"))
    }

    @Test(arguments: ["", "approved", "||||", "-|-|-|-|-", "approved|||||", "approved|x|seventeen||||||", "|"])
    func `what is not understood is not known, and the row stays readable`(_ text: String) throws {
        let identity = StoredContradictions.identity(.paidAfterAll, text)
        #expect(identity.code == .paidAfterAll)
        #expect(identity.payment.operationID == nil && identity.payment.authorizationCode == nil)
        let json = JSON.array([
            JSON.object([
                JSON.Member("code", .string("paid_after_all")), JSON.Member("result", .string(text)),
            ])
        ]).serialized
        #expect(try StoredContradictions.value(json, of: TransactionID(at: at(0), random: 1)) == [identity])
    }

    @Test(arguments: ["a|b", "|", "\u{0301}token", "token\u{0301}|x", "|\u{0301}", "día ✓"])
    func `a token comes back as it was compared, whatever characters it has`(_ token: String) throws {
        var result = TerminalResult.paid(1_500)
        result.idPosTxs = "936101"
        result.transToken = token
        let identity = Contradiction.Identity(
            code: .secondPayment,
            status: .approved,
            payment: PaymentIdentity(of: result)
        )
        let stored = StoredContradictions.result(of: identity)
        #expect(StoredContradictions.identity(.secondPayment, stored) == identity, "\(stored)")
        let text = try #require(StoredContradictions.text([identity]))
        #expect(try StoredContradictions.value(text, of: TransactionID(at: at(0), random: 1)) == [identity])
    }

    @Test func `a code that is not known is a fault, because it may speak of money`() {
        let json = Array(#"[{"code":"of_a_newer_bridge","result":""}]"#.utf8)
        #expect(throws: StoredRowFault.self) {
            try StoredContradictions.value(json, of: TransactionID(at: at(0), random: 1))
        }
    }
}
