// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// Answers that would allow another POST if nothing were hidden in them.
@Suite struct `A refusal that hides a start` {
    private let reader = AnswerReader(timeZone: "America/Santiago")

    private func end(_ status: Int, _ body: String) -> SaleEnd {
        let answer = HTTPAnswer(status: status, retryAfter: nil, body: Array(body.utf8))
        return SaleEnd(.answered(answer), of: Transaction.sample().id, reader: reader)
    }

    @Test(arguments: [
        (200, #"{"code":0,"message":"OPERATION IN PROGRESS","data":[{"idPosTxs":936101}]}"#),
        (200, #"{"code":0,"message":"UNAUTHORIZED","data":{"inner":{"deep":{"IdPosTxs":"936101"}}}}"#),
        (400, #"{"title":"Bad Request","idPosTxs":936101}"#), (429, #"{"idPosTxs":936101}"#),
        (403, #"{"error":{"idpostxs":"936101"}}"#), (401, #"[{"idPosTxs":936101}]"#),
        (401, #"<!-- node-3 -->{"code":1,"status":"OK","message":"TRANSACTION SENT"}"#),
        (403, #"<pre>{"code":0,"message":"TIMEOUT (90 SECONDS)"}</pre>"#),
        (400, #"<answer><folio>930295</folio><detail>{"code":0}</detail></answer>"#),
        (
            401,
            "<table><tr><td>code</td><td>0</td></tr><tr><td>message</td><td>x</td></tr><tr><td>status</td><td>1</td></tr></table>"
        ),
        (404, "<dl><dt> Code: </dt><dd>0</dd><dt>data[0].folio</dt><dd>930264</dd><dt>Message</dt><dd>y</dd></dl>"),
        (400, #"<html><body><h2>Response</h2><pre>{"response":{"folio":930295},</pre></body></html>"#),
        (401, #"<table><td>data</td><td>x</td></table>"data":{"folio":930295},"#),
        (400, #"{"data":{"folio":10000000000000936101}}"#), (401, #"{"code":0,"message":"\x54RANSACTION SENT"}"#),
    ])
    func `is unknown where a number of Getnet's stands anywhere`(status: Int, body: String) {
        #expect(end(status, body) == .outcome(.unknown(.noAcknowledgement)))
    }

    @Test(arguments: [#"{"code":0,"message":"OPERATION IN PROGRESS","data":[{"idPosTxs":0}]}"#])
    func `is what it says where the number is none`(body: String) {
        #expect(end(200, body) == .outcome(.notStarted(.init(.terminalBusy, isTransient: true))))
    }

    @Test(arguments: [" ", "."])
    func `is unknown where the text is longer than what was kept of it`(filling: String) {
        let text = "OPERATION IN PROGRESS" + String(repeating: filling, count: 400) + "TIMEOUT (90 SECONDS)"
        let body = #"{"code":0,"message":"\#(text)","data":null}"#
        #expect(end(200, body) == .outcome(.unknown(.noAcknowledgement)))
        #expect(end(400, body) == .outcome(.unknown(.noAcknowledgement)))
    }
}
