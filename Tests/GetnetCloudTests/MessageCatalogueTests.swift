// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite struct `The message catalogue` {
    static let literals: [(String, CloudFault)] = [
        ("UNAUTHORIZED", .unauthorized), ("ID NOT FOUND", .idNotFound), ("KEYPOS NOT FOUND", .terminalUnknown),
        ("INCORRECT REQUEST FOR MERCHANT ID", .wrongMerchant), ("OPERATION IN PROGRESS", .terminalBusy),
        ("OPERATION IN PROGRESS (15s)", .terminalBusy), ("OPERATION IN PROGRESS (5m)", .terminalBusy),
        ("C2C SERVICE NOT RESPONDING", .terminalUnreachable), ("TIMEOUT (90 SECONDS)", .timeout),
        ("TIMEOUT (5 MINUTES)", .timeout),
    ]

    @Test(arguments: literals)
    func `a literal is known in any dress`(text: String, fault: CloudFault) {
        for dressed in [
            text, text.lowercased(), "  \(text) ", text + ".", text + "!", text.replacing(" ", with: "  \t"),
            text.replacing("I", with: "Í").replacing("O", with: "O\u{301}"), text + " …",
        ] {
            #expect(MessageCatalogue.literal(dressed) == fault, "\(dressed)")
        }
    }

    /// What makes a text another one.
    static func sentences(_ text: String) -> [String] {
        [
            "ERROR: \(text)", "\(text) TIMEOUT", "TIMEOUT \(text)", "\(text) (TIEMPO)", "\(text), TIEMPO AGOTADO",
            "TIEMPO DE ESPERA: \(text)", "THE \(text) WAS SENT", "\(text)S", "X\(text)", "NO \(text)",
            "\(text) (TIMEOUT 90 SECONDS)", "\(text). TIMEOUT (90 SECONDS)",
        ]
    }

    @Test(arguments: literals)
    func `a literal inside another sentence or beside a time-out is none`(text: String, fault: CloudFault) {
        for sentence in Self.sentences(text) {
            #expect(MessageCatalogue.literal(sentence) == nil, "\(sentence)")
        }
    }

    @Test func `the unknown terminal is known by its beginning`() {
        for text in ["KEYPOS NOT FOUND FOR 80005000", "Keypos not found, check it", "KEYPOS NOT FOUND [digits]"] {
            #expect(MessageCatalogue.literal(text) == .terminalUnknown, "\(text)")
        }
        for text in [
            "KEYPOS NOT FOUNDATION", "KEYPOS NOT FOUND, TIMEOUT", "KEYPOS NOT FOUND: OPERATION IN PROGRESS",
            "KEYPOS NOT FOUND BECAUSE C2C SERVICE NOT RESPONDING", "NO KEYPOS NOT FOUND",
        ] {
            #expect(MessageCatalogue.literal(text) == nil, "\(text)")
        }
    }

    @Test func `only what refuses before the start permits anything`() throws {
        let reader = AnswerReader(timeZone: "America/Santiago")
        let id = TransactionID(at: Timestamp(milliseconds: 0), random: 1)
        func end(_ body: String) -> SaleEnd {
            SaleEnd(.answered(HTTPAnswer(status: 200, retryAfter: nil, body: Array(body.utf8))), of: id, reader: reader)
        }
        let permitted: [(String, SaleEnd)] = [
            ("UNAUTHORIZED", .unauthorized),
            ("KEYPOS NOT FOUND", .outcome(.notStarted(.init(.terminalUnknown, isTransient: false)))),
            ("INCORRECT REQUEST FOR MERCHANT ID", .outcome(.notStarted(.init(.wrongMerchant, isTransient: false)))),
            ("OPERATION IN PROGRESS (15s)", .outcome(.notStarted(.init(.terminalBusy, isTransient: true)))),
            ("OPERATION IN PROGRESS (5m)", .outcome(.notStarted(.init(.terminalBusy, isTransient: true)))),
        ]
        for (text, expected) in permitted {
            #expect(end(Fixture.fault(text)) == expected)
            let doubtful =
                Self.sentences(text).map { Fixture.fault($0) } + [
                    Fixture.fault(text, data: #"{"idPosTxs":936101}"#), Fixture.fault(text, data: #"{"id":"9"}"#),
                    Fixture.fault(text, data: #"{"idPosTxs":"a-1"}"#), Fixture.fault(text, data: #"{"idPosTxs":-5}"#),
                    Fixture.fault(text, data: #"{"idPosTxs":[7]}"#), Fixture.fault(text, data: #"{"idPosTxs":1.5}"#),
                    Fixture.fault(text, data: #"{"response":{"functionCode":100}}"#),
                    #"{"code":1,"message":"\#(text)"}"#, #"{"code":2,"message":"\#(text)"}"#,
                    #"{"code":0,"code":1,"message":"\#(text)"}"#,
                    #"{"message":"\#(text)","data":{"response":{"a":1}}}"#,
                ]
            for body in doubtful {
                let end = end(body)
                let isUnknown = end == .outcome(.unknown(.noAcknowledgement))
                #expect(isUnknown || end == .outcome(.unknown(.terminalUnreachable)), "\(body)")
            }
        }
        for text in [
            "ID NOT FOUND", "TIMEOUT (90 SECONDS)", "TIMEOUT (5 MINUTES)", "TERMINAL OCUPADO", "", "NO AUTORIZADO",
        ] {
            #expect(end(Fixture.fault(text)) == .outcome(.unknown(.noAcknowledgement)), "\(text)")
        }
        for text in ["C2C SERVICE NOT RESPONDING", "El servicio C2C no responde"] {
            #expect(end(Fixture.fault(text)) == .outcome(.unknown(.terminalUnreachable)), "\(text)")
        }
    }
}
