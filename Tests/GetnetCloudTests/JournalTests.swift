// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

/// Reads a journal once; the server answers with a reply.
private func read(
    _ command: JournalCommand,
    _ reply: RawServer.Reply,
    configure: (inout CloudConfiguration) -> Void = { _ in }
) async throws -> JournalAnswer {
    var seen: JournalAnswer?
    try await withCloud(configure: configure, { _ in reply }) { client, _ in
        seen = await client.readJournal(
            command,
            of: try Fixture.transaction().command.content.terminal,
            customID: "j-1"
        )
    }
    return try #require(seen)
}

/// An answer to command 105 with these rows, and with other changes.
private func details(
    _ rows: String?,
    functionCode: String = "105",
    responseCode: String = "0",
    wrapper: String = #""code":1"#,
    extra: String = ""
) -> String {
    let list = rows.map { #","saleDetails":\#($0)"# } ?? ""
    return """
        {\(wrapper),"status":"OK","message":"TRANSACTION FINISHED","data":{"idPosTxs":936200,"customId":"j-1",\
        "response":{"functionCode":\(functionCode),"responseCode":\(responseCode)\(list)\(extra)}}}
        """
}

/// One sale of a list.
private func row(_ time: String = "2026-01-15 10:22:31", amount: String = "15990", extra: String = "") -> String {
    """
    {"operationId":17,"amount":\(amount),"authorizationCode":"010929","cardBrand":"MC","cardType":"CR",\
    "last4Digits":"0042","accountingDate":"2026-01-15 23:59:59","realDate":"\(time)","terminalId":"80005000",\
    "transToken":"80005000129831720260115102231","bin":"\(CardData.bin)","expiryDate":"\(CardData.expiryDate)",\
    "commerceRut":"\(CardData.commerceRut)","branchAddress":"\(CardData.branchAddress)"\(extra)}
    """
}

extension JournalAnswer {
    fileprivate var isComplete: Bool { if case .rows(_, let isComplete, _) = self { isComplete } else { false } }

    fileprivate var rows: [JournalRow]? { if case .rows(let rows, _, _) = self { rows } else { nil } }
}

@Suite struct `A terminal's journal` {
    @Test func `is asked for as each command wants it, and prints nothing`() async throws {
        let bodies = NIOLockedValueBox<[String: String]>([:])
        let script: RawServer.Script = { request in
            bodies.withLockedValue { $0[request.path] = request.body }
            return .http(200, "")
        }
        try await withCloud(script) { client, _ in
            let terminal = try Fixture.transaction().command.content.terminal
            for command in [JournalCommand.details, .lastVoucher, .transaction(idPosTxs: "936101")] {
                _ = await client.readJournal(command, of: terminal, customID: "j-1")
            }
        }
        let triplet = #""idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234""#
        let expected = [
            "/api/postxs/details": #"{\#(triplet),"command":105,"printOnPos":false,"customId":"j-1"}"#,
            "/api/postxs/lastvoucher":
                #"{\#(triplet),"command":101,"printOnPos":false,"skipReceipt":true,"customId":"j-1"}"#,
            "/api/postxs/get_transaction": #"{\#(triplet),"command":99,"idPosTxs":936101,"customId":"j-1"}"#,
        ]
        #expect(bodies.withLockedValue { $0 } == expected)
    }

    @Test func `names the branch as the country wants it`() throws {
        let terminal = try Fixture.transaction().command.content.terminal
        let body = JournalRequest(profile: .argentina).bytes(for: .details, of: terminal, customID: "j-1")
        #expect(String(decoding: try #require(body), as: UTF8.self).contains(#""idSucursal":"0000012983""#))
    }

    @Test func `is never asked for what is no number of Getnet's`() async throws {
        for number in ["", "0", "../sale", "7,\"command\":100", "-1"] {
            try await withCloud({ _ in .http(200, "") }) { client, server in
                let terminal = try Fixture.transaction().command.content.terminal
                let answer = await client.readJournal(.transaction(idPosTxs: number), of: terminal, customID: "j-1")
                #expect(answer == .impossible(.requestRefused))
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func `is read row by row, without card data`() async throws {
        let answer = try await read(.details, .http(200, details("[\(row()),\(row("2026-07-15 10:22:31"))]")))
        guard case .rows(let rows, true, let masked) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(
            rows.map(\.instants) == [
                [try #require(Timestamp("2026-01-15T13:22:31Z"))], [try #require(Timestamp("2026-07-15T14:22:31Z"))],
            ]
        )
        let result = try #require(rows.first?.result)
        #expect(result.functionCode == nil)
        #expect(result.amount == 15_990)
        #expect(result.authorizationCode == "010929")
        #expect(result.operationID == 17)
        #expect(result.idPosTxs == nil)
        let text = String(decoding: masked, as: UTF8.self)
        for secret in CardData.all { #expect(!text.contains(secret)) }
    }

    @Test func `is read with names in any case, numbers as strings and in the flat layout`() async throws {
        let loose = #"[{"Amount":"15990","RealDate":"2026-01-15 10:22:31","OperationID":"17","FunctionCode":"100"}]"#
        let body = #"{"Code":"1","Data":{"FunctionCode":"105","ResponseCode":"00","SaleDetails":\#(loose)}}"#
        let answer = try await read(.details, .http(200, body))
        #expect(answer.isComplete)
        #expect(answer.rows?.first?.result.functionCode == 100)
        #expect(answer.rows?.first?.result.amount == 15_990)
    }

    @Test func `is complete without a row`() async throws {
        #expect(try await read(.details, .http(200, details("[]"))).isComplete)
    }

    @Test func `keeps both readings of the hour that a clock change repeats`() async throws {
        let answer = try await read(.details, .http(200, details("[\(row("2025-04-05 23:30:00"))]")))
        let readings = ["2025-04-06T02:30:00Z", "2025-04-06T03:30:00Z"].compactMap { Timestamp($0) }
        #expect(answer.rows?.map { $0.instants.sorted() } == [readings])
        #expect(answer.isComplete)
    }

    @Test func `falls back to the accounting time`() async throws {
        let answer = try await read(.details, .http(200, details("[\(row("?"))]")))
        #expect(answer.rows?.map(\.instants) == [[try #require(Timestamp("2026-01-16T02:59:59Z"))]])
    }

    /// Answers that have rows and prove no absence.
    static let incomplete: [(why: String, body: String)] = [
        ("no list", details(nil)), ("null", details("null")), ("no array", details("7")), ("an object", details("{}")),
        ("another command", details("[]", functionCode: "100")), ("no command", details("[]", functionCode: "null")),
        ("an error of the terminal", details("[]", responseCode: "1")),
        ("no verdict", details("[]", responseCode: "null")),
        ("two verdicts", details("[]", extra: #","responseCode":1"#)),
        ("two lists", details("[]", extra: #","saleDetails":[1]"#)),
        ("anything twice", details("[]", extra: #","x":1,"X":2"#)),
        ("another terminal", details("[]", extra: #","terminalId":"80005001""#)),
        (
            "a row of another terminal",
            details("[{\"amount\":1,\"realDate\":\"2026-01-15 10:22:31\",\"terminalId\":\"9\"}]")
        ),
        ("a row without amount", details("[\(row(amount: "null"))]")),
        ("a row with half an amount", details("[\(row(amount: "1.5"))]")),
        ("a row in the skipped hour", details("[\(row("2025-09-07 00:30:00"))]")),
        ("a row without time", details(#"[{"amount":1,"realDate":"","accountingDate":null}]"#)),
        ("a row that contradicts itself", details("[\(row(extra: #","AMOUNT":1"#))]")),
        ("a row with two tickets", details("[\(row(extra: #","ticket":"A","ticket":"B""#))]")),
        ("no object", details("[\(row()),7]")), ("an empty one", details("[\(row()),{}]")),
        ("a list in a list", details("[[\(row())]]")),
    ]

    @Test(arguments: incomplete)
    func `is not complete with a doubt anywhere`(why: String, body: String) async throws {
        let answer = try await read(.details, .http(200, body))
        #expect(answer.rows != nil)
        #expect(!answer.isComplete)
    }

    @Test(arguments: [
        details("[\(row())]", functionCode: "100"), details("[\(row())]", functionCode: "0"),
        details("[\(row())]", responseCode: "51"),
    ])
    func `is no list where it answers another question or none`(body: String) async throws {
        #expect(try await read(.details, .http(200, body)).rows == [])
    }

    @Test func `is not believed in a single row where one of its elements cannot be read`() async throws {
        for other in ["7", "{}", row(extra: #","amount":1"#)] {
            #expect(try await read(.details, .http(200, details("[\(row()),\(other)]"))).rows == [])
        }
    }

    @Test func `is not believed beyond its limit`() async throws {
        let longest = Array(repeating: #"{"amount":1,"realDate":"2026-01-15 10:22:31"}"#, count: 4_000)
        let whole = try await read(.details, .http(200, details("[\(longest.joined(separator: ","))]")))
        #expect(whole.isComplete)
        #expect(whole.rows?.count == 4_000)
        let longer = (longest + ["{\"amount\":1}"]).joined(separator: ",")
        let answer = try await read(.details, .http(200, details("[\(longer)]")))
        #expect(answer.rows == [])
        #expect(!answer.isComplete)
    }

    @Test(arguments: [
        "", "<html>", "[]", "{}", details("[]", wrapper: #""code":0"#), details("[]", wrapper: #""code":2"#),
        details("[]", wrapper: #""code":1,"code":0"#), details("[]").replacing("j-1", with: "j-2"),
        #"{"code":1,"data":{"idPosTxs":5,"customId":"j-1"}}"#, #"{"code":2,"data":null}"#,
    ])
    func `is not read by what is no answer to the question`(body: String) async throws {
        let answer = try await read(.details, .http(200, body))
        #expect(answer == .notRead(.cloudUnavailable, retryAfter: nil))
    }
}

@Suite struct `A reading of a journal that fails` {
    static let ends: [(RawServer.Reply, JournalAnswer)] = [
        (.http(200, Fixture.fault("OPERATION IN PROGRESS (15s)")), .notRead(.terminalBusy, retryAfter: nil)),
        (.http(400, Fixture.fault("TERMINAL OCUPADO")), .notRead(.terminalBusy, retryAfter: nil)),
        (.http(200, Fixture.fault("C2C SERVICE NOT RESPONDING")), .notRead(.terminalUnreachable, retryAfter: nil)),
        (.http(200, Fixture.fault("TIMEOUT (5 MINUTES)")), .notRead(.terminalUnreachable, retryAfter: nil)),
        (.http(200, Fixture.fault("SOMETHING ELSE")), .notRead(.cloudUnavailable, retryAfter: nil)),
        (.http(200, Fixture.fault("KEYPOS SERVICE DOWN")), .notRead(.cloudUnavailable, retryAfter: nil)),
        (.http(200, Fixture.fault("KEYPOS NOT FOUND")), .impossible(.terminalUnknown)),
        (.http(200, Fixture.fault("INCORRECT REQUEST FOR MERCHANT ID")), .impossible(.wrongMerchant)),
        (.http(429, "", headers: ["Retry-After": "7"]), .notRead(.cloudUnavailable, retryAfter: .seconds(7))),
        (.http(403, "<html>denied"), .notRead(.blocked, retryAfter: nil)),
        (.http(302, "", headers: ["location": "/"]), .notRead(.cloudUnavailable, retryAfter: nil)),
        (.http(500, details("[]")), .notRead(.cloudUnavailable, retryAfter: nil)),
        (.close, .notRead(.cloudUnavailable, retryAfter: nil)), (.reset, .notRead(.cloudUnavailable, retryAfter: nil)),
        (.http(404, ""), .impossible(.requestRefused)), (.http(405, ""), .impossible(.requestRefused)),
        (.http(400, ""), .impossible(.requestRefused)), (.http(415, ""), .impossible(.requestRefused)),
        (.http(422, Fixture.fault("INVALID FIELD")), .impossible(.requestRefused)),
        (.http(501, ""), .impossible(.requestRefused)),
    ]

    @Test func `may be repeated unless it can never work`() async throws {
        for command in [JournalCommand.details, .lastVoucher, .transaction(idPosTxs: "936101")] {
            for (reply, expected) in Self.ends {
                if case .transaction = command, case .http(200, let body, _) = reply,
                    expected == .notRead(.cloudUnavailable, retryAfter: nil)
                {
                    guard case .answer(let answer) = try await read(command, reply) else {
                        Issue.record("\(body)")
                        continue
                    }
                    #expect(answer.code == .error)
                } else {
                    #expect(try await read(command, reply) == expected, "\(reply)")
                }
            }
        }
    }

    @Test func `renews a rejected token once`() async throws {
        for reply in [RawServer.Reply.http(401, ""), .http(200, Fixture.fault("UNAUTHORIZED"))] {
            let replies = NIOLockedValueBox([reply, .http(200, details("[]"))])
            try await withCloud({ _ in replies.withLockedValue { $0.removeFirst() } }) { client, server in
                let terminal = try Fixture.transaction().command.content.terminal
                #expect(await client.readJournal(.details, of: terminal, customID: "j-1").isComplete)
                #expect(server.requests(to: "/auth").count == 2)
            }
            #expect(try await read(.details, reply) == .notAsked(.tokenRejected, retryAfter: nil))
        }
    }

    @Test func `ends with its time-out and takes no other's connection`() async throws {
        try await withCloud(
            configure: {
                $0.maxConnections = 1
                $0.queryConnections = 1
                $0.journalConnections = 1
                $0.terminalTimeout = .seconds(1)
            },
            { $0.path.hasSuffix("/details") ? .silence : .http(200, Fixture.acknowledgement) }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let terminal = transaction.command.content.terminal
            async let answer = client.readJournal(.details, of: terminal, customID: "j-1")
            try await eventually("the journal is asked for") { server.requests(to: "/details").count == 1 }
            let outcome = await client.charge(transaction, callbackURL: "https://x.test")
            #expect(outcome == .acknowledged(idPosTxs: "936101"))
            guard case .answer = await client.status(idPosTxs: "936101") else {
                Issue.record("the query found no connection")
                return
            }
            #expect(await answer == .notRead(.cloudUnavailable, retryAfter: nil))
        }
    }
}

@Suite struct `The last voucher` {
    static func voucher(_ changes: [String: String] = [:]) -> String {
        Fixture.approved(changes).replacing("ord-7f3a9c", with: "j-1")
    }

    @Test func `is one row, never complete, without the question's own number`() async throws {
        let answer = try await read(.lastVoucher, .http(200, Self.voucher()))
        guard case .rows(let rows, false, let masked) = answer, let row = rows.first else {
            Issue.record("\(answer)")
            return
        }
        #expect(rows.count == 1)
        #expect(row.result.functionCode == 100)
        #expect(row.result.authorizationCode == "010929")
        #expect(row.result.idPosTxs == nil)
        #expect(row.instants == [try #require(Timestamp("2026-01-15T13:22:31Z"))])
        let text = String(decoding: masked, as: UTF8.self)
        for secret in CardData.all { #expect(!text.contains(secret)) }
    }

    @Test func `that does not exist is no row`() async throws {
        for changes in [
            ["functionCode": "101", "responseCode": "1"], ["functionCode": "0"], ["functionCode": "null"],
        ] {
            let answer = try await read(.lastVoucher, .http(200, Self.voucher(changes)))
            #expect(answer.rows == [], "\(changes)")
            #expect(!answer.isComplete)
        }
    }

    @Test func `that contradicts itself is no row`() async throws {
        let twice = Self.voucher().replacing(#""amount":15990"#, with: #""amount":15990,"amount":1"#)
        #expect(try await read(.lastVoucher, .http(200, twice)).rows == [])
    }
}

@Suite struct `A transaction asked for at the terminal` {
    @Test func `is answered like a query`() async throws {
        let reply = RawServer.Reply.http(200, Fixture.approved().replacing("ord-7f3a9c", with: "j-1"))
        guard case .answer(let answer) = try await read(.transaction(idPosTxs: "936101"), reply) else {
            Issue.record("no answer")
            return
        }
        #expect(answer.idPosTxs == "936101")
        #expect(answer.result?.authorizationCode == "010929")
        let unknown = try await read(.transaction(idPosTxs: "936101"), .http(200, Fixture.fault("ID NOT FOUND")))
        guard case .answer(let nothing) = unknown else {
            Issue.record("\(unknown)")
            return
        }
        #expect(nothing.code == .error)
    }

    @Test(
        "B3: an answer under a number of the question's own is a row of the journal, and that number names nothing",
        arguments: ["j-1", "J-1"]
    )
    func ownNumber(customID: String) async throws {
        let text = Fixture.approved().replacing("ord-7f3a9c", with: customID).replacing("936101", with: "970001")
        guard
            case .rows(let rows, let isComplete, _) = try await read(.transaction(idPosTxs: "936101"), .http(200, text))
        else {
            Issue.record("no rows")
            return
        }
        #expect(rows.map(\.result.authorizationCode) == ["010929"])
        #expect(rows.allSatisfy { $0.result.idPosTxs == nil })
        #expect(!isComplete)
        // A sale that was not paid is no row: the journal of another question says nothing about it.
        let declined = text.replacing(#""responseCode":0"#, with: #""responseCode":51"#)
        guard case .rows(let none, _, _) = try await read(.transaction(idPosTxs: "936101"), .http(200, declined)) else {
            Issue.record("no rows")
            return
        }
        #expect(none.isEmpty)
    }
}
