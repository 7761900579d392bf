// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetCloud

@Suite("Traces of a number of Getnet's in text that is no JSON")
struct NumberTraceTests {
    @Test(
        "A8: a number under a name of its own is seen in JSON that something else is wrapped around",
        arguments: [
            #"<pre>{"code":0,"data":{"id":936101}}</pre>"#, #")]}',\#n{"status":"ERROR","data":[{"id":"936101"}]}"#,
            #"callback("{\"code\":0,\"data\":{\"id\": \"936101\"}}");"#,
            #"callback({"data":{"Transaction_Id":0936101}})"#,
            #"<!-- x -->{"data":{"\u0069d":936101}}"#,
            "<answer><status>ERROR</status><id>936106</id></answer>", "status=ERROR&id=936106&message=none",
            #"<pre>{"operationId" : 17}</pre>"#,
        ]
    )
    func wrapped(_ text: String) {
        #expect(NumberTrace.mayBeIn(Array(text.utf8)))
    }

    @Test(
        "a page that names no number still permits another POST",
        arguments: [
            "<html><body id=\"cf-1020\">Access denied. Ray ID: a9f31c</body></html>", "<h1>502 Bad Gateway</h1>",
            "<div id=\"a7\">12</div>",
            "<p>Error 1020 at 10:15:00, id: none</p>", #"<script>var a={"code":1020,"time":17}</script>"#, "id:0", "",
        ]
    )
    func page(_ text: String) {
        #expect(!NumberTrace.mayBeIn(Array(text.utf8)))
    }
}
