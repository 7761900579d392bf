// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import Testing

@testable import GetnetCloud

@Suite("Traces of a number of Getnet's in text that is no JSON")
struct NumberTraceTests {
    @Test(
        "A8: a number under a name of its own is seen in JSON inside another text",
        arguments: [
            #"<pre>{"code":0,"data":{"id":936101}}</pre>"#, #")]}',\#n{"status":"ERROR","data":[{"id":"936101"}]}"#,
            #"callback("{\"code\":0,\"data\":{\"id\": \"936101\"}}");"#,
            #"callback({"data":{"Transaction_Id":0936101}})"#,
            #"<!-- x -->{"data":{"\u0069d":936101}}"#,
            "<answer><status>ERROR</status><id>936106</id></answer>", "status=ERROR&id=936106&message=none",
            #"<pre>{"operationId" : 17}</pre>"#,
            // The number has an unknown name.
            #"<pre>{"code":2,"message":"","data":{"folio":" 930295 "}}</pre>"#, #"x [ {"folio":930295} ]"#,
            #"callback({"code":0,"data":"{\"folio\":930295}"})"#, #"<pre>{"code":0,"data":{"folio":930295},</pre>"#,
            #"<pre>{"data":{"folio":930295.0},}}</pre>"#, #"<pre>{"data":[{"folio":930295},{"folio":930296}]}</pre>"#,
            #"<pre>{"data":"folio F-930295",</pre>"#, "callback({code:0,data:{folio:930295}})", "<pre>[930295]</pre>",
            #"cb(["ERROR",{"folio":930295}])"#, "<answer><data><folio>930295</folio></data></answer>",
            "<s:data xmlns:s=\"x\"><s:folio> 930295</s:folio></s:data>", "<data folio=\"930295\"/>",
            #"<?xml version="1.0"?><!-- x --><answer><folio>930295</folio><detail>{"code":0}</detail></answer>"#,
            "<!-- {} --><data><folio>930295</folio></data>", "code=0&folio=930295", #"folio=930295&d={"code":0}"#,
            "folio=930295<!-- served by node-3 -->", "folio=930295",
            // Some characters are escaped, once or more often.
            "<pre>{&quot;data&quot;:{&quot;folio&quot;:&quot;930295&quot;}}</pre>", "<p>&#034;id&#034;:936101</p>",
            "<p>{&#x27;id&#x27;: 936101}</p>", "<p>&amp;quot;id&amp;quot;:936101</p>", "x=1&d=%2522id%2522%253A936101",
            "d=%7B%22data%22%3A%7B%22folio%22%3A930295%7D%7D", "data=%7B%22id%22%3A+936101%7D",
            "<p><id><![CDATA[936101]]></id></p>", "<pre>eyJpZFBvc1R4cyI6OTM2MTAxfQ==</pre>",
            "code=2\nstatus=OK\nfolio=930295", "code=2;status=OK;folio=930295",
            "Response(code=2, status=OK, data=Tx(folio=930295))",
            "data[id]=936101&data[status]=OK", "code: 2\nstatus: OK\nid: 936101", "Array ( [id] => 936101 )",
            #"<pre>{"code":2,"folio":930295,"#, #"callback({"code":2,"folio":930295})"#,
            "error: <answer><folio>930295</folio></answer>",
            "\u{A0}<?xml version=\"1.0\"?><answer><folio>930295</folio></answer>",
            "<html><body><answer><folio>930295</folio></answer>",
            "936101", " 0936101\n",
            // There is no number: an answer that the bridge did not understand may have said anything.
            #"<!-- node-3 -->{"code":1,"status":"OK","message":"TRANSACTION SENT"}"#,
            #"<pre>{"code":0,"message":"TIMEOUT (90 SECONDS)"}</pre>"#,
            #"<pre>{"code":1,"data":{"response":{"functionCode":100,"responseCode":0,"amount":15000}}}</pre>"#,
            #"<html><body>{"code":0,"status":"ERROR","message":"x"}</body></html>"#, #"<pre>{"code":1,"sta"#,
            "code: 1\nstatus: OK\nmessage: SENT",
            "eyJjb2RlIjoxLCJzdGF0dXMiOiJPSyIsIm1lc3NhZ2UiOiJUUkFOU0FDVElPTiBTRU5UIn0=",
            "<p>eyJjb2RlIjoxLCJzdGF0dXMiOiJPSyIsIm1lc3NhZ2UiOiJUUkFOU0FDVElPTiBTRU5UIn0=</p>",
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
            #"<html><script>x({"rayId":"12345678ab","version":"2024.8.0","at":"2026-11-30"})</script>"#,
            #"<style>body{width:10000px}</style><p>Access denied</p>"#, "Access denied. Reference: 930295",
            "404 page not found", "403 Forbidden", "<p>[404] Not found</p>",
            #"<html><script>dataLayer.push({'event':'error','code':403,'message':'Forbidden'})</script></html>"#,
            "<html><body>eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.x</body></html>", "amount=15000 is not valid",
            "Too many requests, code: 1015, wait 30 s", "Error [404]",
            #"<!DOCTYPE html><html><iframe src="/_Incapsula_Resource?CWUDNSAI=27&xinfo=4-1&incident_id=459000240181559014-99999&edet=12">"#,
            #"<html><script>var dd={'rt':'c','cid':'AHrlqAAAA','hsh':'0F3F','t':'bv','s':17434,'host':'x'}</script></html>"#,
            #"<html><script>window.NREUM={info:{"applicationID":"12345678","licenseKey":"x"}}</script></html>"#,
            "<html><script>if(w.innerWidth>10000){y()}</script></html>",
            "<table><tr><th>Status:</th><td>403</td></tr><tr><th>Code</th><td>1020</td></tr></table>",
            #"<html><style>@media(min-width:100px){a:hover{color:red}}</style><title>403</title></html>"#,
        ]
    )
    func page(_ text: String) {
        #expect(!NumberTrace.mayBeIn(Array(text.utf8)))
    }

    @Test(
        "a refusal that holds a sentence, a list or a path of the web is believed",
        arguments: [
            #"{"message":"\"amount\" is required"}"#,
            #"{"message":"[object has missing required properties ([\"amount\"])]"}"#,
            #"{"code":0,"status":"ERROR","message":"[C2C-14] UNAUTHORIZED","data":null}"#, #"{"path":"/x?ray=930295"}"#,
            #"{"url":"https://example.org/captcha/?s=17434&e=x"}"#, #"{"detail":"<b>not</b> found"}"#,
        ]
    )
    func sentence(_ text: String) throws {
        #expect(!NumberTrace.isIn(try JSONParser.parse(Array(text.utf8))))
    }

    @Test(
        "an answer that could not be read for certain permits no other POST",
        arguments: [#"{"\x69d":936101}"#, #"{"m":"\x54IMEOUT"}"#]
    )
    func uncertain(_ text: String) {
        #expect(!AnswerContent(Array(text.utf8)).provesNoNumber)
    }

    /// If the work grew with the square of the length, or with a power of the depth, each of them would take minutes.
    @Test(
        "reading a long text ends",
        .timeLimit(.minutes(1)),
        arguments: [
            "x ", "<p>", "<!--", "<?", "a=1&", "",
        ],
        [
            ">12345", "<a>12345", "<a b", "\":12345", "{\"a\":", "a=12", ":[[", "&quot;:", "%7B", "\\u0", "\\\"", " : ",
            "{", "<", "-->",
            "eyJ", "<td>data[0].", "<td>code</td>", "eyJhIjoxfQ== ", "<!-- -->", "a=",
        ]
    )
    func length(_ prefix: String, _ piece: String) {
        _ = NumberTrace.mayBeIn(Array((prefix + String(repeating: piece, count: 65_536 / piece.utf8.count)).utf8))
    }

    @Test("reading a text that is encoded again and again ends, and the text is not believed", .timeLimit(.minutes(1)))
    func nested() throws {
        var text = #"{"a":1}"#
        for _ in 1...25 { text = #"{"a":"\#(Data(text.utf8).base64EncodedString())"}"# }
        #expect(NumberTrace.isIn(try JSONParser.parse(Array(text.utf8))))
    }
}
