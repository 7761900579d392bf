// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `A command's fields` {
    @Test func `are read as the contract shows them`() throws {
        let result = CommandFixture.read(
            ("expiresAt", #""2026-11-22T10:15:00Z""#),
            ("options", #"{"printOnPos":false,"saleType":1,"employeeId":1}"#),
            ("metadata", #"{ "orderId" : "o-991" }"#),
            ("account", #""main""#)
        )
        let command = try #require(result.command)
        #expect(command.commandID == "b7f6a2de-4a5c-4e0f-9c2f-0d7f4a3c9e11")
        #expect(command.content.type == .charge)
        #expect(command.content.account == "main")
        #expect(command.content.terminal == .sample)
        #expect(command.content.amount == Money(15_990, .clp))
        #expect(command.content.reference == "A0001234")
        #expect(
            command.content.options == ["printOnPos": .bool(false), "saleType": .integer(1), "employeeId": .integer(1)]
        )
        #expect(command.expiresAt == .sample + .seconds(180))
        #expect(command.metadata == Array(#"{"orderId":"o-991"}"#.utf8))
    }

    @Test(
        arguments: [
            ("commandId", #""a""#), ("commandId", "\"\(String(repeating: "x", count: 64))\""),
            ("commandId", #""A.z_0:-""#),
            ("reference", #""a-Z9""#), ("reference", "\"\(String(repeating: "1", count: 24))\""),
            ("type", nil), ("account", nil), ("metadata", "{}"), ("options", "{}"),
            ("metadata", "{\"a\":\"\(String(repeating: "x", count: 4_088))\"}"),
            ("metadata", #"{"any":{"thing":[1,1.5,true,"",[],{}]}}"#),
            ("terminal", #"{"idTerminal":"t","idSucursal":12983.0,"serialNumber":"s"}"#),
            ("terminal", #"{"idTerminal":"t","idSucursal":"00000000000000000001","serialNumber":"s"}"#),
            ("amount", #"{"value":1,"currency":"CLP"}"#), ("amount", #"{"value":999999999,"currency":"CLP"}"#),
            ("amount", #"{"value":15990.0,"currency":"CLP"}"#), ("amount", #"{"value":1.599e4,"currency":"CLP"}"#),
            ("expiresAt", #""2026-11-22T11:12:00Z""#), ("expiresAt", #""2020-01-01T00:00:00+03:00""#),
        ] as [(String, String?)]
    )
    func `are taken up to their bounds`(_ name: String, _ value: String?) {
        #expect(CommandFixture.read((name, value)).faults == [])
    }

    @Test(
        arguments: [
            ("commandId", nil, "commandId required"), ("commandId", "1", "commandId wrong_type"),
            ("commandId", #""""#, "commandId invalid_format"), ("commandId", #""a b""#, "commandId invalid_format"),
            ("commandId", #""é""#, "commandId invalid_format"),
            ("commandId", #""a\u0000""#, "commandId invalid_format"),
            ("commandId", "\"\(String(repeating: "x", count: 65))\"", "commandId invalid_format"),
            ("type", #""CHARGE""#, "type unknown_type"), ("type", "1", "type wrong_type"),
            ("type", #""""#, "type unknown_type"),
            ("account", #""other""#, "account unknown_account"), ("account", "{}", "account wrong_type"),
            ("terminal", nil, "terminal required"), ("terminal", "1", "terminal wrong_type"),
            ("terminal", #""till-3""#, "terminal unknown_alias"),
            ("amount", nil, "amount required"), ("amount", "15990", "amount wrong_type"),
            ("amount", #"{"value":0,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":-1,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":1000000000,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":1.5,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":1e400,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":1e-9223372036854775808,"currency":"CLP"}"#, "amount.value out_of_range"),
            ("amount", #"{"value":"15990","currency":"CLP"}"#, "amount.value wrong_type"),
            ("amount", #"{"value":1,"currency":"ARS"}"#, "amount.currency currency_mismatch"),
            ("amount", #"{"value":1,"currency":"clp"}"#, "amount.currency currency_mismatch"),
            ("amount", #"{"currency":"CLP"}"#, "amount.value required"),
            ("amount", #"{"value":1}"#, "amount.currency required"),
            ("amount", #"{"value":1,"currency":"CLP","tip":0}"#, "amount.tip unknown_member"),
            ("reference", nil, "reference required"), ("reference", #""""#, "reference invalid_format"),
            ("reference", #""A_1""#, "reference invalid_format"),
            ("reference", "\"\(String(repeating: "1", count: 25))\"", "reference invalid_format"),
            ("expiresAt", "1795342320", "expiresAt wrong_type"),
            ("expiresAt", #""tomorrow""#, "expiresAt invalid_format"),
            ("expiresAt", #""2026-11-22T11:12:00""#, "expiresAt invalid_format"),
            ("expiresAt", #""2026-11-22T11:12:00.001Z""#, "expiresAt out_of_range"),
            ("metadata", #""o-991""#, "metadata wrong_type"), ("metadata", "[]", "metadata wrong_type"),
            ("metadata", "{\"a\":\"\(String(repeating: "x", count: 4_089))\"}", "metadata out_of_range"),
            ("options", "[]", "options wrong_type"), ("options", #"{"tip":0}"#, "options.tip unknown_member"),
            ("amuont", "1", "amuont unknown_member"), ("original", "{}", "original unknown_member"),
            ("commandId", "null", "commandId null"), ("metadata", "null", "metadata null"),
            ("options", "null", "options null"),
            ("account", "null", "account null"), ("expiresAt", "null", "expiresAt null"), ("type", "null", "type null"),
            ("metadata", #"{"a":[{"b":null}]}"#, "metadata.a[0].b null"),
            ("metadata", #"{"a":1,"a":1}"#, "metadata.a repeated_member"),
        ] as [(String, String?, String)]
    )
    func `are refused beyond them`(_ name: String, _ value: String?, _ fault: String) {
        #expect(CommandFixture.read((name, value)).faults == [fault])
    }

    @Test(arguments: [
        (#"{"idSucursal":"1","serialNumber":"s"}"#, "terminal.idTerminal required"),
        (#"{"idTerminal":8,"idSucursal":"1","serialNumber":"s"}"#, "terminal.idTerminal wrong_type"),
        (#"{"idTerminal":"t-1","idSucursal":"1","serialNumber":"s"}"#, "terminal.idTerminal invalid_format"),
        (
            #"{"idTerminal":"123456789012345678901","idSucursal":1,"serialNumber":"s"}"#,
            "terminal.idTerminal invalid_format"
        ),
        (#"{"idTerminal":"t","idSucursal":0,"serialNumber":"s"}"#, "terminal.idSucursal out_of_range"),
        (#"{"idTerminal":"t","idSucursal":1.5,"serialNumber":"s"}"#, "terminal.idSucursal out_of_range"),
        (#"{"idTerminal":"t","idSucursal":"0","serialNumber":"s"}"#, "terminal.idSucursal invalid_format"),
        (#"{"idTerminal":"t","idSucursal":"x","serialNumber":"s"}"#, "terminal.idSucursal invalid_format"),
        (#"{"idTerminal":"t","idSucursal":1234567890123456,"serialNumber":"s"}"#, "terminal.idSucursal invalid_format"),
        (#"{"idTerminal":"t","idSucursal":true,"serialNumber":"s"}"#, "terminal.idSucursal wrong_type"),
        (#"{"idTerminal":"t","idSucursal":"1"}"#, "terminal.serialNumber required"),
        (#"{"idTerminal":"t","idSucursal":"1","serialNumber":"s","alias":"a"}"#, "terminal.alias unknown_member"),
    ])
    func `name a terminal by all three parts`(_ terminal: String, _ fault: String) {
        #expect(CommandFixture.read(("terminal", terminal)).faults == [fault])
    }

    @Test func `are all reported at once`() {
        let text =
            #"{"commandId":"","terminal":{"idTerminal":"","x":1},"amount":{"value":0,"currency":"EUR"},"#
            + #""reference":null,"expiresAt":"x","options":{"saleType":9},"metadata":1,"amount":1,"extra":true}"#
        var message = CommandMessage.sample(text)
        message.address.replyTo = "getnet-bridge.control"
        #expect(
            Set(CommandFixture.read(message).faults)
                == [
                    "reply_to invalid_reply_to", "reference null", "amount repeated_member", "commandId invalid_format",
                    "terminal.idTerminal invalid_format", "terminal.idSucursal required",
                    "terminal.serialNumber required",
                    "terminal.x unknown_member", "amount.value out_of_range", "amount.currency currency_mismatch",
                    "expiresAt invalid_format", "options.saleType out_of_range", "metadata wrong_type",
                    "extra unknown_member",
                ]
        )
    }

    @Test func `that could be read go with the rejection`() throws {
        let rejection = try #require(CommandFixture.read(("reference", nil), ("metadata", #"{"a":1}"#)).rejection)
        #expect(rejection.commandID == "b7f6a2de-4a5c-4e0f-9c2f-0d7f4a3c9e11")
        #expect(rejection.type == "charge")
        #expect(rejection.metadata == Array(#"{"a":1}"#.utf8))
        let nulls = try #require(CommandFixture.read(("metadata", #"{"a":null}"#)).rejection)
        #expect(nulls.metadata == nil)
    }

    @Test(arguments: [
        ("cl", #"{"printOnPos":true,"saleType":0,"employeeId":9999,"paymentCategory":"FOOD_BENEFIT"}"#, []),
        ("cl", #"{"saleType":7}"#, ["options.saleType out_of_range"]),
        ("cl", #"{"saleType":"1"}"#, ["options.saleType wrong_type"]),
        ("cl", #"{"printOnPos":1}"#, ["options.printOnPos wrong_type"]),
        ("cl", #"{"employeeId":10000}"#, ["options.employeeId out_of_range"]),
        ("cl", #"{"paymentCategory":"FUEL"}"#, ["options.paymentCategory out_of_range"]),
        ("cl", #"{"installments":3}"#, ["options.installments unknown_member"]),
        ("ar", #"{"tip":100,"installments":3,"planId":"contado","interest":0,"operationMode":0}"#, []),
        ("ar", #"{"skipConfirmation":true,"skipReceipt":false,"saleType":0,"employeeId":1,"printOnPos":true}"#, []),
        ("ar", #"{"installments":0}"#, ["options.installments out_of_range"]),
        ("ar", #"{"planId":""}"#, ["options.planId out_of_range"]),
        ("ar", "{\"planId\":\"e\(String(repeating: "\u{301}", count: 50))\"}", ["options.planId out_of_range"]),
        ("ar", #"{"paymentCategory":"FOOD_BENEFIT"}"#, ["options.paymentCategory unknown_member"]),
        ("uy", #"{"printOnPos":true,"saleType":1,"employeeId":1}"#, []),
        ("uy", #"{"tip":1}"#, ["options.tip unknown_member"]),
    ])
    func `options are those of the country`(_ country: String, _ options: String, _ faults: [String]) throws {
        let profile = try #require(CountryProfile.named(country))
        let reader = CommandFixture.reader(Account(name: "main", profile: profile, environment: "uat"))
        let amount = "{\"value\":1,\"currency\":\"\(profile.currency.rawValue)\"}"
        let text = CommandFixture.text(("options", options), ("amount", amount))
        #expect(CommandFixture.read(.sample(text), by: reader).faults == faults)
    }

    @Test func `make two commands the same by value, not by spelling`() throws {
        let first = try #require(CommandFixture.read(("options", #"{"saleType":1,"employeeId":2}"#)).command)
        let second = try #require(
            CommandFixture.read(
                ("options", #"{"employeeId":2.0,"saleType":1e0}"#),
                ("amount", #"{"currency":"CLP","value":1.599e4}"#),
                ("terminal", #"{"serialNumber":"snprueba1234","idSucursal":12983,"idTerminal":"80005000"}"#),
                ("expiresAt", #""2026-11-22T10:14:00Z""#),
                ("metadata", #"{"try":2}"#),
                ("account", #""main""#)
            ).command
        )
        #expect(first.content.differences(from: second.content) == [])
    }

    @Test func `that differ are named`() throws {
        let first = try #require(CommandFixture.read().command)
        let second = try #require(
            CommandFixture.read(
                ("options", #"{"saleType":1}"#),
                ("amount", #"{"value":15991,"currency":"CLP"}"#),
                ("terminal", #"{"idTerminal":"80005001","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}"#),
                ("reference", #""A0001235""#)
            ).command
        )
        #expect(first.content.differences(from: second.content) == ["terminal", "amount", "reference", "options"])
    }
}
