// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// The commands other than the charge, as a country's profile has them.
@Suite struct `Commands of every type` {
    private static let argentina = Account(name: "main", profile: .argentina, environment: "uat")
    private static let uruguay = Account(name: "main", profile: .uruguay, environment: "uat")

    /// A command of a type; it has no amount, reference or original unless the test gives one.
    private func read(
        _ type: CommandType,
        in account: Account = .sample,
        _ changes: (String, String?)...
    ) -> Result<Command, CommandRejection> {
        let plain: [(String, String?)] = [("type", "\"\(type.rawValue)\""), ("amount", nil), ("reference", nil)]
        let text = CommandFixture.text(plain + changes)
        return CommandFixture.read(
            .sample(text, routingKey: "\(type.rawValue).main"),
            by: CommandFixture.reader(account)
        )
    }

    private let original = #"{"commandId":"c-1"}"#

    @Test func `each is known exactly where the reference knows it`() {
        let known: [(Account, Set<CommandType>)] = [
            (
                .sample,
                [
                    .charge, .promo, .void, .refund, .poll, .details, .close, .print, .duplicate, .bioauth, .c2cMode,
                    .reconcile,
                ]
            ),
            (
                Self.argentina,
                [
                    .charge, .refund, .poll, .details, .lastVoucher, .totals, .params, .shift, .shiftReport,
                    .normalMode, .reconcile,
                ]
            ),
            (Self.uruguay, [.charge]),
        ]
        for (account, types) in known {
            for type in CommandType.allCases {
                let isRefused = read(type, in: account).faults.contains("type not_in_country")
                #expect(isRefused == !types.contains(type), "\(type) in \(account.profile.code)")
            }
        }
    }

    @Test func `a void names its original, a reference and no amount`() throws {
        #expect(read(.void).faults == ["reference required", "original required"])
        let void = try #require(read(.void, ("original", original), ("reference", "\"V1\"")).command)
        #expect(void.content.original == .command("c-1") && void.content.amount == nil)
        #expect(
            read(.void, ("original", original), ("reference", "\"V1\""), ("amount", #"{"value":1,"currency":"CLP"}"#))
                .faults == ["amount unknown_member"]
        )
    }

    @Test func `a refund names its original, a reference and an amount`() throws {
        let amount = #"{"value":1000,"currency":"ARS"}"#
        #expect(
            read(.refund, in: Self.argentina).faults == ["amount required", "reference required", "original required"]
        )
        let refund = try #require(
            read(
                .refund,
                in: Self.argentina,
                ("amount", amount),
                ("reference", "\"R1\""),
                ("original", #"{"transactionId":"0mi0000000000000000000001"}"#.replacing("0mi0", with: "0mi")),
                ("options", #"{"skipReceipt":true}"#)
            ).command
        )
        #expect(refund.content.amount == Money(1_000, .ars) && refund.content.options == ["skipReceipt": .bool(true)])
    }

    @Test(arguments: [
        (#"{}"#, "original invalid_format"),
        (#"{"commandId":"a","transactionId":"000000000000000000000001"}"#, "original invalid_format"),
        (#"{"transactionId":"x"}"#, "original.transactionId invalid_format"),
        (#"{"commandId":""}"#, "original.commandId invalid_format"),
        (#"{"operationId":17}"#, "original.operationId unknown_member"),
        (#"{"getnet":{"operationId":17}}"#, "original.getnet.authorizationCode required"),
        (
            #"{"getnet":{"operationId":0,"authorizationCode":"1","date":"2026-11-22","amount":{"value":1,"currency":"CLP"}}}"#,
            "original.getnet.operationId out_of_range"
        ),
        (
            #"{"getnet":{"operationId":1,"authorizationCode":"1","date":"2026-02-30","amount":{"value":1,"currency":"CLP"}}}"#,
            "original.getnet.date invalid_format"
        ),
        (
            #"{"getnet":{"operationId":1,"authorizationCode":"1","date":"2026-02-20","amount":{"value":1,"currency":"ARS"}}}"#,
            "original.getnet.amount.currency currency_mismatch"
        ),
    ])
    func `an original is named in exactly one way`(written: String, fault: String) {
        let faults = read(.void, ("reference", "\"V1\""), ("original", written)).faults
        #expect(faults.contains(fault), "\(faults)")
    }

    @Test func `a receipt of Getnet's names a sale`() throws {
        let receipt = """
            {"getnet":{"operationId":17,"authorizationCode":"010929","date":"2026-11-22",
            "amount":{"value":15990,"currency":"CLP"}}}
            """
        let void = try #require(read(.void, ("reference", "\"V1\""), ("original", receipt)).command)
        let expected = SaleReceipt(
            operationID: 17,
            authorizationCode: "010929",
            date: "2026-11-22",
            amount: Money(15_990, .clp)
        )
        #expect(void.content.original == .receipt(expected))
    }

    @Test func `what moves no money needs no reference and takes no amount and no original`() {
        #expect(read(.poll).faults == [])
        #expect(read(.close, ("reference", "\"Z-1\"")).command?.content.reference == "Z-1")
        let faults = read(.poll, ("amount", "{}"), ("original", original)).faults
        #expect(faults == ["amount unknown_member", "original unknown_member"])
    }

    @Test func `an option that the country does not have for the command is refused by name`() {
        #expect(read(.poll, ("options", #"{"printOnPos":true}"#)).faults == ["options.printOnPos unknown_member"])
        #expect(
            read(.details, in: Self.argentina, ("options", #"{"skipReceipt":true}"#)).faults
                == ["options.skipReceipt unknown_member"]
        )
    }

    @Test(arguments: [
        (CommandType.duplicate, "operationId"), (.promo, "idPromo"), (.print, "details"), (.bioauth, "rutToValidate"),
        (.c2cMode, "c2cMode"),
    ])
    func `an option that a command needs is asked for`(type: CommandType, name: String) {
        #expect(read(type).faults.contains("options.\(name) required"))
        #expect(read(type, ("options", "{}")).faults.contains("options.\(name) required"))
    }

    @Test(arguments: [
        ("12.345.678-5", true), ("12345678-5", true), ("11.111.111-1", true), ("20.347.878-K", true),
        ("20347878-k", true), ("12.345.678-6", false), ("12345678", false), ("1.2345.678-5", false),
        ("123.456.789-0", false), ("", false), ("-", false),
    ])
    func `a RUT is held against its check digit`(rut: String, isSound: Bool) {
        let faults = read(.bioauth, ("options", #"{"rutToValidate":"\#(rut)"}"#)).faults
        #expect(faults == (isSound ? [] : ["options.rutToValidate invalid_format"]), "\(rut)")
    }

    @Test func `lines to print are checked one by one and equal ones are equal`() throws {
        let lines = """
            [{"printSeq":1,"type":"text","encode":"","data":"GRACIAS","align":"center"},
            {"printSeq":2,"type":"array","encode":"","data":[{"item0":"1 CAFE"},{"item1":"1 PAN"}],"align":"left"},
            {"printSeq":3,"type":"barcode","encode":"ean13","data":"1234567890123","align":"center"},
            {"printSeq":4,"type":"printcode","encode":"qr","data":"https://x.test","align":"center","font":"bold"}]
            """
        let first = try #require(read(.print, ("options", #"{"details":\#(lines)}"#)).command)
        let respelled = lines.replacing(#""printSeq":1,"#, with: "").replacing(
            #""align":"center"},"#,
            with: #""align":"center","printSeq":1.0},"#,
            maxReplacements: 1
        )
        let second = try #require(read(.print, ("options", #"{"details":\#(respelled)}"#)).command)
        #expect(first.content == second.content)
    }

    @Test(arguments: [
        ("[]", "options.details out_of_range"), ("{}", "options.details wrong_type"),
        ("[1]", "options.details[0] wrong_type"),
        (
            #"[{"printSeq":2,"type":"text","encode":"","data":"x","align":"left"}]"#,
            "options.details[0].printSeq out_of_range"
        ),
        (
            #"[{"printSeq":1,"type":"image","encode":"","data":"x","align":"left"}]"#,
            "options.details[0].type out_of_range"
        ),
        (
            #"[{"printSeq":1,"type":"barcode","encode":"ean13","data":"12","align":"left"}]"#,
            "options.details[0].data invalid_format"
        ),
        (
            #"[{"printSeq":1,"type":"text","encode":"","data":"x","align":"left","bold":1}]"#,
            "options.details[0].bold unknown_member"
        ),
    ])
    func `a line that no terminal prints is refused by its place`(lines: String, fault: String) {
        #expect(read(.print, ("options", #"{"details":\#(lines)}"#)).faults == [fault])
    }
}
