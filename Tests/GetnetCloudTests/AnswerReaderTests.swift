// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite struct `The answer reader` {
    let reader = AnswerReader(timeZone: "America/Santiago")

    func read(_ text: String) throws -> CloudAnswer {
        try #require(reader.read(Array(text.utf8)), "\(text)")
    }

    @Test func `an approved sale is read whole`() throws {
        let answer = try read(Fixture.approved())
        #expect(answer.code == .done)
        #expect(answer.message == "TRANSACCION FINALIZADA")
        #expect(answer.idPosTxs == "936101")
        #expect(answer.customID == "ord-7f3a9c")
        let result = try #require(answer.result)
        #expect(result.functionCode == 100)
        #expect(result.responseCode == .number(0))
        #expect(result.responseMessage == "Aprobado")
        #expect(result.terminalID == "80005000")
        #expect(result.ticket == "A0001234")
        #expect(result.authorizationCode == "010929")
        #expect(result.amount == 15_990)
        #expect(result.operationID == 17)
        #expect(result.transToken == "80005000129831720260115102231")
        #expect(result.localTime == "2026-01-15 10:22:31")
        #expect(result.utcOffset == -10_800)
        #expect(result.brandCode == "MC")
        #expect(result.cardTypeCode == "CR")
        #expect(result.last4 == "0042")
        #expect(result.entryMode == "16")
        #expect(result.idPosTxs == "936101")
    }

    @Test(
        "J1: an authorization that is written as a number has its six digits",
        arguments: [("10929", "010929"), ("0", nil), ("7", "000007"), ("1234567", "1234567"), (#""10929""#, "10929")]
    )
    func authorization(written: String, read code: String?) throws {
        #expect(try read(Fixture.approved(["authorizationCode": written])).result?.authorizationCode == code)
    }

    @Test func `the documentation's flat layout is read`() throws {
        let answer = try read(
            """
            { "code": 1, "status": "OK", "message": "TRANSACTION COMPLETED",
              "data": { "functionCode": 100, "code": 0, "message": "Approved",
                        "authorizationCode": "010929", "amount": 100000 } }
            """
        )
        let result = try #require(answer.result)
        #expect(result.responseCode == .number(0))
        #expect(result.responseMessage == "Approved")
        #expect(result.amount == 100_000)
    }

    @Test func `a sale without a payment has no identities`() throws {
        let answer = try read(
            Fixture.approved([
                "responseCode": "1006", "terminalId": #""""#, "ticket": "null", "authorizationCode": #""""#,
                "last4Digits": #""""#, "operationId": "0", "cardType": #""""#, "cardBrand": #""""#,
                "entryMode": #""09""#,
            ])
        )
        let result = try #require(answer.result)
        #expect(result.responseCode == .number(1_006))
        #expect(result.terminalID == nil)
        #expect(result.ticket == nil)
        #expect(result.authorizationCode == nil)
        #expect(result.last4 == nil)
        #expect(result.operationID == nil)
        #expect(result.brandCode == nil)
    }

    @Test func `the wrapper's code is never the terminal's`() throws {
        for text in [
            #"{"code":0,"data":{"functionCode":100,"authorizationCode":"1","amount":15990}}"#,
            #"{"code":1,"data":{"response":{"functionCode":100,"amount":15990}}}"#,
            #"{"code":0,"response":{"functionCode":100,"code":0,"amount":15990}}"#,
        ] {
            #expect(try read(text).result?.responseCode == .missing, "\(text)")
        }
    }

    @Test func `the terminal's object is found in its places, as object or as string`() throws {
        let object = #"{"FunctionCode":"100","RESPONSECODE":"00","OperationID":"3"}"#
        let encoded = #""{\"FunctionCode\":\"100\",\"RESPONSECODE\":\"00\",\"OperationID\":\"3\"}""#
        for value in [object, encoded] {
            for text in [
                "{\"code\":1,\"data\":{\"response\":\(value)}}", "{\"code\":1,\"data\":\(value)}",
                "{\"code\":1,\"response\":\(value)}", "{\"code\":1,\"data\":null,\"Response\":\(value)}",
                "\u{FEFF}{\"Code\":\"1\",\"Data\":{\"Response\":\(value)}}",
            ] {
                let answer = try read(text)
                #expect(answer.code == .done, "\(text)")
                #expect(answer.result?.functionCode == 100, "\(text)")
                #expect(answer.result?.responseCode == .number(0), "\(text)")
                #expect(answer.result?.operationID == 3, "\(text)")
            }
        }
    }

    @Test(arguments: [
        ("0", TerminalResult.ResponseCode.number(0)), (#""0""#, .number(0)), (#""00""#, .number(0)),
        ("-1", .number(-1)), (#""-1""#, .number(-1)), ("1006.0", .number(1_006)), ("5.1e1", .number(51)),
        ("null", .missing), (#""""#, .missing), (#""ok""#, .unreadable), ("0.5", .unreadable), ("true", .unreadable),
        ("[0]", .unreadable), ("{}", .unreadable), (#""0x0""#, .unreadable), (#""+0""#, .unreadable),
        ("1e99", .unreadable), ("99999999999999999999", .unreadable),
    ])
    func `a response code is a whole number or none`(text: String, code: TerminalResult.ResponseCode) throws {
        #expect(try read(Fixture.approved(["responseCode": text])).result?.responseCode == code)
    }

    @Test func `the last digits of a card are four or absent`() throws {
        for (text, digits) in [
            (#""0042""#, "0042"), ("42", "0042"), ("7", "0007"), ("0", nil), (#""""#, nil), ("12345", nil),
            (#""4567891234567890""#, nil), (#""**42""#, nil), ("null", nil),
        ] as [(String, String?)] {
            #expect(try read(Fixture.approved(["last4Digits": text])).result?.last4 == digits, "\(text)")
        }
    }

    @Test func `the terminal's time is the real date, else the accounting date, in its shape`() throws {
        let other = try read(Fixture.approved(["realDate": #""15/01/2026""#])).result
        #expect(other?.localTime == "2026-01-15 10:22:31")
        let none = try read(Fixture.approved(["realDate": "null", "accountingDate": #""2026-02-30 10:00:00""#])).result
        #expect(none?.localTime == nil)
        #expect(none?.utcOffset == nil)
    }

    @Test func `what is no answer of the cloud is none`() {
        for text in [
            "", " ", "null", "1", "\"x\"", "[]", "{}", "<html></html>", #"{"data":{}}"#, #"{"data":{"response":{}}}"#,
            #"{"code":null}"#, #"{"message":"x"}"#, #"{"code":1"#, #"{"code":1}x"#,
            String(repeating: "[", count: 10_000), String(repeating: #"{"code":"#, count: 10_000),
        ] {
            #expect(reader.read(Array(text.utf8)) == nil, "\(text.prefix(40))")
        }
    }

    @Test func `a contradiction in the wrapper or in an identity decides nothing`() throws {
        for text in [
            #"{"code":1,"code":0,"data":{"idPosTxs":1}}"#, #"{"code":1,"Code":2}"#,
            #"{"code":1,"data":{"idPosTxs":1},"data":{"idPosTxs":2}}"#, #"{"code":1,"data":null,"data":{"id":1}}"#,
            #"{"code":1,"data":{"idPosTxs":1,"IDPOSTXS":2}}"#, #"{"code":1,"idPosTxs":1,"data":{"idPosTxs":2}}"#,
            #"{"code":1,"data":{"customId":"a","customId":"b"}}"#,
            Fixture.approved(prefix: #""ticket":"B","#), Fixture.approved(prefix: #""TERMINALID":"80005001","#),
            Fixture.approved(prefix: #""idPosTxs":936102,"idPosTxs":936103,"#),
        ] {
            #expect(try read(text).code == .unknown, "\(text)")
        }
        // A member that repeats the same value is no contradiction.
        #expect(try read(Fixture.approved(prefix: #""ticket":"A0001234","#)).code == .done)
    }

    @Test func `a contradiction in what the terminal said approves nothing`() throws {
        let transaction = try Fixture.transaction()
        func judge(_ text: String) throws -> Judgement {
            var answer = try read(text)
            answer.customID = nil
            return Judgement.of(answer, for: transaction)
        }
        guard case .verdict(.approved, _) = try judge(Fixture.approved()) else {
            Issue.record("the plain answer approves")
            return
        }
        for member in [
            #""responseCode":51"#, #""ResponseCode":"00""#, #""functionCode":0"#, #""authorizationCode":"""#,
            #""authorizationCode":"999999""#, #""amount":1"#, #""AMOUNT":null"#,
        ] {
            if case .verdict = try judge(Fixture.approved(prefix: member + ",")) {
                Issue.record("a verdict on a contradiction: \(member)")
            }
        }
    }
}

/// Answers with random damage: no answer stops the program, and no contradiction approves.
@Suite struct `Damaged answers` {
    @Test func `reading never traps and nothing private is kept`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        let reader = AnswerReader(timeZone: "America/Santiago")
        let samples = [
            Fixture.approved(), Fixture.approved(["responseCode": "1006"]), Fixture.acknowledgement,
            Fixture.fault("TIMEOUT (90 SECONDS)"), #"{"code":2,"data":null}"#,
            #"{"code":1,"data":{"functionCode":100,"code":0,"amount":1,"authorizationCode":"1"}}"#,
        ].map { Array($0.utf8) }
        var readable = 0
        for _ in 0..<20_000 {
            var bytes = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...(random.next() % 4) { damage(&bytes, &random) }
            if reader.read(bytes) != nil { readable += 1 }
            let kept = AnswerMask.quarantined(AnswerContent(bytes), bytes: bytes)
            #expect(String(validating: kept, as: UTF8.self) != nil, "seed \(seed)")
            #expect(kept.count <= AnswerMask.keptBytes, "seed \(seed)")
        }
        #expect(readable > 100, "seed \(seed)")
    }

    @Test func `a contradictory member never ends in an approval`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        let reader = AnswerReader(timeZone: "America/Santiago")
        let transaction = try Fixture.transaction()
        let names = ["functionCode", "responseCode", "authorizationCode", "amount", "ticket", "terminalId"]
        let values = ["0", "1", "100", "51", "1006", "-1", #""00""#, #""x""#, "true", "null", "[]", "{}", "15991"]
        for _ in 0..<5_000 {
            let name = names[Int(random.next() % UInt64(names.count))]
            let spelled = String(name.map { random.next() % 2 == 0 ? Character($0.uppercased()) : $0 })
            let value = values[Int(random.next() % UInt64(values.count))]
            let own = ["functionCode": "100", "responseCode": "0"][name]
            guard value != own else { continue }
            let text = Fixture.approved(prefix: "\"\(spelled)\":\(value),")
            var answer = try #require(reader.read(Array(text.utf8)))
            answer.customID = nil
            if case .verdict(.approved, _) = Judgement.of(answer, for: transaction) {
                Issue.record("approved with \(spelled):\(value), seed \(seed)")
            }
        }
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        guard !bytes.isEmpty else { return }
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 5 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(Array("\"{}[],:0".utf8)[Int(random.next() % 8)], at: at)
        case 3: bytes.removeSubrange(at...)
        default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 12)], at: at)
        }
    }
}

/// A generator; the same seed gives the same numbers again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
