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
            // Under a name that nobody knows.
            #"<pre>{"code":2,"message":"","data":{"folio":" 930295 "}}</pre>"#, #"x [ {"folio":930295} ]"#,
            #"callback({"code":0,"data":"{\"folio\":930295}"})"#, #"<pre>{"code":0,"data":{"folio":930295},</pre>"#,
            "<pre>{&quot;data&quot;:{&quot;folio&quot;:&quot;930295&quot;}}</pre>",
            "d=%7B%22data%22%3A%7B%22folio%22%3A930295%7D%7D",
            "<answer><data><folio>930295</folio></data></answer>",
            "<s:data xmlns:s=\"x\"><s:folio> 930295</s:folio></s:data>",
            "code=0&folio=930295", #"<pre>{"data":[{"folio":930295},{"folio":930296}]}</pre>"#,
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
            "<body><p>Incident: 459000240</p><td>930295</td></body>", #"<a href="/x?ray=930295" width=10000>17</a>"#,
            #"<script>x({"rayId":"12345678ab","version":"2024.8.0","at":"2026-11-30"})</script>"#,
            #"<style>body{width:10000px}</style><p>Access denied</p>"#, "Access denied. Reference: 930295",
            #"<pre>{"timestamp":1769000000000,"status":404,"error":"Not Found"}</pre>"#, "amount=15000 is not valid",
            "<amount>15000</amount>", #"x {"amount":15000,"ticketNumber":"00012345"},"#,
        ]
    )
    func page(_ text: String) {
        #expect(!NumberTrace.mayBeIn(Array(text.utf8)))
    }
}
