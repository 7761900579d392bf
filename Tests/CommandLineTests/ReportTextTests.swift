// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Testing

@testable import getnet_bridge

/// What `send totals` and `send details` print.
@Suite struct `A terminal's report, for people` {
    private func text(_ report: String, country: String) throws -> String {
        let body = """
            {"specversion":"1.0","id":"e-1","type":"getnet.totals.completed.v1","time":"2026-11-30T10:00:00.000Z",\
            "data":{"status":"completed","final":true,"getnet":{"country":"\(country)"},"result":{"report":\(report)}}}
            """
        var properties = AMQPProperties()
        properties.contentType = "application/cloudevents+json"
        let event = try #require(ChargeEvent(properties, body: Array(body.utf8)))
        return try #require(ReportText(event)).text
    }

    @Test(arguments: [("ar", "209.90 ARS"), ("cl", "20,990 CLP"), ("xx", "20990 minor units")])
    func `shows amounts in the currency of the country, and counts as numbers`(country: String, sum: String) throws {
        let totals = try text(
            #"{"txCount":2,"txTotal":20990,"countCreditSales":2,"totalCreditSales":20990,"totalTips":0}"#,
            country: country
        )
        #expect(totals.contains("txTotal           \(sum)") && totals.contains("totalCreditSales  \(sum)"), "\(totals)")
        #expect(totals.contains("txCount           2\n") && !totals.contains("totalTips"), "\(totals)")
        let details = try text(
            #"{"count":1,"sales":[{"operationId":17,"amount":20990,"last4":"0042"}]}"#,
            country: country
        )
        #expect(details.contains("17           \(sum)") && details.contains("0042"), "\(details)")
    }
}
