// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

/// Answers that are hard to read (docs/getnet.md 5.5), and results that spell one payment in several ways (14.3, 14.5).
@Suite("Sisters: how an answer is read")
struct SisterReadingTests {
    private let reader = AnswerReader(timeZone: "America/Santiago")

    private func read(_ bytes: [UInt8], contentType: String? = nil, coding: String? = nil) -> CloudAnswer? {
        reader.read(AnswerContent(bytes, contentType: contentType, contentEncoding: coding))
    }

    @Test("A1, A3: behind a byte order mark of UTF-8 the rest may be written in Latin-1, or be damaged")
    func mark() {
        let acknowledgement = Array(#"{"code":1,"message":"TRANSACCI?N","data":{"idPosTxs":936101}}"#.utf8)
            .map { $0 == UInt8(ascii: "?") ? 0xD3 : $0 }
        for marks in 0...2 {
            let answer = read(Array(repeating: [0xEF, 0xBB, 0xBF], count: marks).flatMap { $0 } + acknowledgement)
            #expect(answer?.idPosTxs == "936101" && answer?.code == .done, "\(marks) marks")
        }
    }

    @Test(
        "A4, A5: a Content-Encoding that names nothing changes nothing over plain JSON",
        arguments: ["utf-8", "none", "br", "aws-chunked", "zstd, br"]
    )
    func coding(name: String) {
        let plain = Array(#"{"code":1,"data":{"idPosTxs":936101}}"#.utf8)
        #expect(read(plain, coding: name)?.idPosTxs == "936101")
        // A body that is not JSON may be anything with this coding.
        #expect(AnswerContent(Array("<html>".utf8), contentEncoding: name) == .undecodable)
    }

    @Test(
        "B: a list of one stands for what is in it, in every layout",
        arguments: [
            #"[{"code":1,"data":{"idPosTxs":936101,"response":RESULT}}]"#,
            #"{"code":1,"data":[{"idPosTxs":936101,"response":RESULT}]}"#,
            #"{"code":1,"data":{"idPosTxs":936101,"response":[RESULT]}}"#,
            #"{"code":1,"idPosTxs":936101,"response":[RESULT]}"#,
        ]
    )
    func listOfOne(layout: String) {
        let result = #"{"functionCode":100,"responseCode":0,"authorizationCode":"010929","amount":15990}"#
        let answer = read(Array(layout.replacing("RESULT", with: result).utf8))
        #expect(answer?.idPosTxs == "936101" && answer?.result?.amount == 15_990, "\(layout)")
    }

    @Test(
        "A6, A8: a number under an unknown name, in a name or in a sentence permits no other POST",
        arguments: [
            #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS","folio":936101,"data":null}"#,
            #"{"status":"ERROR","posTx":936101}"#, #"{"transactionNumber":"936101"}"#, #"{"ids":[936101],"trx":0}"#,
            #"{"error":{"details":{"number":936101}}}"#, #"{"errors":[{"message":"x","tx":936101}]}"#,
            #"{"links":{"self":"/api/postxs/936101"}}"#, #"{"code":0,"message":"Transaction 936101 not authorized"}"#,
            #"{"data":{"936106":{"state":"x"}}}"#, #"{"936106":{"state":"x"}}"#, "Transaction 936106 accepted",
            "Transaccion N. 936106 enviada al terminal", "Transaccion N\u{B0}936106", "trx936106 rechazada",
            "Transacci\u{F3}n n\u{FA}mero 936106",
        ]
    )
    func traces(body: String) {
        #expect(!AnswerContent(Array(body.utf8)).provesNoNumber, "\(body)")
    }

    @Test(
        "what a server or a gateway says of itself is no number of Getnet's",
        arguments: [
            #"{"timestamp":1764508800000,"status":401,"error":"Unauthorized","path":"/api/sale"}"#,
            #"{"statusCode":401,"message":"Access denied due to missing subscription key"}"#,
            #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS (15s)","data":null}"#,
            #"{"error":"invalid_token","error_codes":[70043]}"#, #"{"error":40101}"#, #"{"retryAfterMs":30000}"#,
            #"{"fecha":20261130,"hora":"131415"}"#, #"{"merchantId":597000123,"rut":"76123456"}"#,
            #"{"requestId":12345678,"elapsed":100000,"message":"Too many requests, 100000 a day"}"#,
            "<html><style>a{transition:10000ms}</style>Access denied. 20261130</html>",
        ]
    )
    func noTraces(body: String) {
        #expect(AnswerContent(Array(body.utf8)).provesNoNumber, "\(body)")
    }

    @Test(
        "an authorization is a code, not a word for none, not dashes and not a card's number",
        arguments: [
            #""null""#, #""N/A""#, #""------""#, #""\u00a0\u00a0""#, "-1", #""4539578763621486""#, #""undefined""#,
        ]
    )
    func authorization(value: String) {
        let body = #"{"code":1,"data":{"response":{"functionCode":100,"responseCode":0,"authorizationCode":VALUE}}}"#
        #expect(read(Array(body.replacing("VALUE", with: value).utf8))?.result?.authorizationCode == nil, "\(value)")
        let sound = read(Array(body.replacing("VALUE", with: #""A06035""#).utf8))
        #expect(sound?.result?.authorizationCode == "A06035")
        // The bridge does not judge what an issuer writes.
        let odd = read(Array(body.replacing("VALUE", with: #""12-3456 A""#).utf8))
        #expect(odd?.result?.authorizationCode == "12-3456 A")
    }

    @Test("a success that cannot be understood is no success", arguments: [#""no""#, "2", "[]"])
    func success(value: String) {
        let body = #"{"code":1,"data":{"response":{"functionCode":101,"responseCode":0,"success":VALUE}}}"#
        #expect(read(Array(body.replacing("VALUE", with: value).utf8))?.result?.success == false, "\(value)")
        for word in ["SI", "OK", "yes"] {
            #expect(read(Array(body.replacing("VALUE", with: "\"\(word)\"").utf8))?.result?.success == true, "\(word)")
        }
        #expect(read(Array(body.replacing("VALUE", with: "\"\"").utf8))?.result?.success == nil)
        let none = read(Array(body.replacing(#","success":VALUE"#, with: "").utf8))
        #expect(none?.result != nil && none?.result?.success == nil)
    }

    @Test(
        "A9: a card's number in digits of other scripts, or with invisible characters between them, is masked",
        arguments: [
            "\u{FF15}\u{FF14}\u{FF11}\u{FF13}\u{FF13}\u{FF13}\u{FF10}\u{FF10}\u{FF18}\u{FF19}\u{FF16}\u{FF10}",
            "\u{665}\u{664}\u{661}\u{663}\u{663}\u{663}\u{660}\u{660}\u{668}\u{669}", "5413\u{A0}3300\u{A0}8960",
            "5413\u{200B}3300\u{200B}8960", "5413\u{2009}3300\u{2009}8960",
        ]
    )
    func otherDigits(text: String) {
        let masked = AnswerMask.replacingDigitRuns(in: "card \(text) refused")
        #expect(masked.hasPrefix("card ") && masked.hasSuffix(" refused"))
        #expect(!masked.unicodeScalars.contains { $0.properties.numericType == .decimal }, "\(masked)")
    }

    @Test("Amounts in a report are minor units, also where Getnet writes whole ones")
    func reportInMinorUnits() throws {
        let whole = AnswerReader(timeZone: "America/Montevideo", amountUnit: .major)
        func report(_ members: String) throws -> JSON {
            let text = #"{"code":1,"data":{"idPosTxs":1,"response":{"responseCode":0,\#(members)}}}"#
            return try JSONParser.parse(try #require(whole.read(Array(text.utf8))?.result?.report))
        }
        let totals = try report(#""functionCode":104,"txCount":2,"txTotal":210,"countTips":3,"totalTips":10"#)
        #expect(totals["txCount"]?.integer == 2 && totals["txTotal"]?.integer == 21_000)
        #expect(totals["countTips"]?.integer == 3 && totals["totalTips"]?.integer == 1_000)
        let details = try report(#""functionCode":105,"saleDetails":[{"operationId":17,"amount":210,"tip":"10"}]"#)
        guard case .array(let sales)? = details["sales"] else {
            Issue.record("no sales: \(details)")
            return
        }
        #expect(sales.map { $0["operationId"]?.integer } == [17] && sales.map { $0["amount"]?.integer } == [21_000])
        #expect(sales.map { $0["tip"]?.integer } == [1_000])
    }
}
