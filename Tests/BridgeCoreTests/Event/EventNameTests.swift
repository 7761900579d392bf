// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite("Names and destinations of events")
struct EventNameTests {
    static let all: [EventName] =
        CommandType.allCases.flatMap { type in
            TransactionStatus.allCases.map { .status(type, $0) } + [.contradicted(type), .amended(type)]
        } + [.rejected, .unmatched, .notFound]

    @Test func `a stored name is the name that was stored`() {
        for name in Self.all { #expect(EventName(name.kind, text: name.text) == name) }
        #expect(Set(Self.all.map(\.text)).count == Self.all.count)
    }

    @Test func `a name that a newer program stored is published as it is, and gives way as others of its status`() {
        let name = EventName(.transaction, text: "donation.accepted")
        #expect(name == .unknown(.transaction, "donation.accepted"))
        #expect(name.text == "donation.accepted" && name.kind == .transaction && name.status == .accepted)
        #expect(EventName(.transaction, text: "charge.dreamt").status == nil)
        #expect(EventName(.amended, text: "donation.accepted").status == nil)
    }

    @Test(arguments: [
        ("charge.approved.cl.main.12983.80005000", "cl", "main"),
        ("command.rejected.-.-.-.-", "-", "-"),
        ("charge.approved.cl.main", "cl", "main"),
        ("charge.approved", "-", "-"),
        ("", "-", "-"),
    ])
    func `a stored key tells country and account where it has them`(_ key: String, _ country: String, _ account: String)
    {
        let destination = EventDestination(.rejected, routingKey: key)
        #expect(destination.country == country && destination.account == account)
        #expect(destination.routingKey == key)
    }
}
