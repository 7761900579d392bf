// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

/// Texts as an operator could add them.
private let added = [
    CloudLiteral("Operación en curso, intente en (15 segundos)", .terminalBusy, origin: .operator),
    CloudLiteral("Terminal [digits] no habilitado", .terminalUnknown, origin: .operator),
    CloudLiteral("COMERCIO ERRADO", .wrongMerchant, origin: .operator),
    CloudLiteral("No autorizado.", .unauthorized, origin: .operator),
    CloudLiteral("SIN RESPUESTA DEL POS", .terminalUnreachable, origin: .operator),
    CloudLiteral("TIEMPO DE ESPERA AGOTADO", .timeout, origin: .operator),
    CloudLiteral("Transacción inexistente", .idNotFound, origin: .operator),
]

/// Every literal of every country, and what an operator added.
private let allLiterals =
    Set([CountryProfile.chile, .argentina, .uruguay].flatMap(\.messages)).sorted { $0.text < $1.text } + added

private let catalogue = MessageCatalogue(allLiterals)

/// The changes that make a text another one.
private func sentences(_ text: String) -> [String] {
    [
        "ERROR: \(text)", "\(text) TIMEOUT", "TIMEOUT \(text)", "\(text) (TIEMPO)", "\(text), TIEMPO AGOTADO",
        "TIEMPO DE ESPERA: \(text)", "THE \(text) WAS SENT", "\(text)S", "X\(text)", "NO \(text)",
        "\(text) (TIMEOUT 90 SECONDS)", "\(text). TIMEOUT (90 SECONDS)", "TIMEOUT (\(text))", "\(text) - TIMED OUT",
    ]
}

/// The end of a POST that got the answer 200 with that body.
private func end(_ body: String) -> SaleEnd {
    let reader = AnswerReader(timeZone: "America/Santiago", messages: allLiterals)
    let id = TransactionID(at: Timestamp(milliseconds: 0), random: 1)
    let answer = HTTPAnswer(status: 200, retryAfter: nil, body: Array(body.utf8))
    return SaleEnd(.answered(answer), of: id, reader: reader)
}

@Suite struct `The message catalogue` {
    @Test func `holds what is documented of messages, in every country`() {
        let documented: [String: CloudFault] = [
            "UNAUTHORIZED": .unauthorized, "ID NOT FOUND": .idNotFound, "KEYPOS NOT FOUND": .terminalUnknown,
            "INCORRECT REQUEST FOR MERCHANT ID": .wrongMerchant, "OPERATION IN PROGRESS": .terminalBusy,
            "OPERATION IN PROGRESS (15s)": .terminalBusy, "OPERATION IN PROGRESS (5m)": .terminalBusy,
            "C2C SERVICE NOT RESPONDING": .terminalUnreachable, "TIMEOUT (90 SECONDS)": .timeout,
            "TIMEOUT (5 MINUTES)": .timeout,
        ]
        for profile in [CountryProfile.chile, .argentina, .uruguay] {
            let catalogue = MessageCatalogue(profile.messages)
            for (text, fault) in documented { #expect(catalogue.literal(text) == fault, "\(profile.code): \(text)") }
            #expect(profile.messages.filter { $0.extent == .beginning }.map(\.text) == ["KEYPOS NOT FOUND"])
        }
    }

    @Test(arguments: allLiterals)
    func `knows a literal in any dress`(literal: CloudLiteral) {
        let text = literal.text
        for dressed in [
            text, text.lowercased(), text.uppercased(), "  \(text) ", text + ".", text + "!",
            text.replacing(" ", with: "  \t"), text.replacing("I", with: "Í").replacing("O", with: "O\u{301}"),
            text + " …",
        ] + (text.hasSuffix(")") ? [] : [text + " (15s)", text + " (5 MIN)", text + " (90 segundos)."]) {
            #expect(catalogue.literal(dressed) == literal.fault, "\(dressed)")
        }
    }

    @Test(arguments: allLiterals)
    func `knows no literal inside another sentence or beside a time-out`(literal: CloudLiteral) {
        for sentence in sentences(literal.text) {
            #expect(catalogue.literal(sentence) == nil, "\(sentence)")
        }
    }

    @Test func `knows the unknown terminal by its beginning`() {
        for text in ["KEYPOS NOT FOUND FOR 80005000", "Keypos not found, check it", "KEYPOS NOT FOUND [digits]"] {
            #expect(catalogue.literal(text) == .terminalUnknown, "\(text)")
        }
        for text in [
            "KEYPOS NOT FOUNDATION", "KEYPOS NOT FOUND, TIMEOUT", "KEYPOS NOT FOUND: OPERATION IN PROGRESS",
            "KEYPOS NOT FOUND BECAUSE C2C SERVICE NOT RESPONDING", "NO KEYPOS NOT FOUND",
        ] {
            #expect(catalogue.literal(text) == nil, "\(text)")
        }
    }

    @Test func `knows only what it was given`() {
        for literal in added { #expect(MessageCatalogue(CloudLiteral.documented).literal(literal.text) == nil) }
    }
}

@Suite struct `A text beside code 0` {
    /// What each class means for a POST.
    static func expected(_ fault: CloudFault) -> SaleEnd {
        switch fault {
        case .unauthorized: .unauthorized
        case .terminalUnknown: .outcome(.notStarted(.init(.terminalUnknown, isTransient: false)))
        case .wrongMerchant: .outcome(.notStarted(.init(.wrongMerchant, isTransient: false)))
        case .terminalBusy: .outcome(.notStarted(.init(.terminalBusy, isTransient: true)))
        case .terminalUnreachable: .outcome(.unknown(.terminalUnreachable))
        case .timeout, .idNotFound: .outcome(.unknown(.noAcknowledgement))
        }
    }

    @Test(arguments: allLiterals)
    func `means what its literal means, and nothing with anything beside it`(literal: CloudLiteral) {
        let text = literal.text
        #expect(end(Fixture.fault(text)) == Self.expected(literal.fault))
        let doubtful =
            sentences(text).map { Fixture.fault($0) } + [
                Fixture.fault(text, data: #"{"idPosTxs":936101}"#), Fixture.fault(text, data: #"{"id":"9"}"#),
                Fixture.fault(text, data: #"{"idPosTxs":"a-1"}"#), Fixture.fault(text, data: #"{"idPosTxs":-5}"#),
                Fixture.fault(text, data: #"{"idPosTxs":[7]}"#), Fixture.fault(text, data: #"{"idPosTxs":1.5}"#),
                Fixture.fault(text, data: #"{"response":{"functionCode":100}}"#),
                #"{"code":0,"idPosTxs":936101,"message":"\#(text)"}"#,
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

    @Test func `that only resembles a literal permits nothing`() {
        for text in ["TERMINAL OCUPADO", "", "NO AUTORIZADO PARA ESTO", "MERCHANT", "KEYPOS", "EN PROCESO", "BUSY"] {
            #expect(end(Fixture.fault(text)) == .outcome(.unknown(.noAcknowledgement)), "\(text)")
        }
        for text in ["El servicio C2C no responde", "SERVICE NOT RESPONDING"] {
            #expect(end(Fixture.fault(text)) == .outcome(.unknown(.terminalUnreachable)), "\(text)")
        }
    }
}

@Suite struct `A text that an operator adds` {
    func unfitness(_ text: String, _ fault: CloudFault = .terminalBusy) -> CloudLiteral.Unfitness? {
        CloudLiteral(text, fault, origin: .operator).unfitness
    }

    @Test func `is a literal if it says something`() {
        for literal in added { #expect(literal.unfitness == nil, "\(literal.text)") }
        for text in ["", "  ", "15", "(15s)", "..."] { #expect(unfitness(text) == .empty, "\(text)") }
        #expect(unfitness(String(repeating: "A ", count: 100)) == nil)
        #expect(unfitness(String(repeating: "A ", count: 100) + "A") == .tooLong)
    }

    @Test func `permits no POST if it speaks of a start`() {
        for fault in CloudFault.allCases {
            for text in ["TIMEOUT", "Tiempo de espera", "POS NO RESPONDE", "SESSION EXPIRED", "tiempó excedido"] {
                #expect(unfitness(text, fault) == (fault.provesNoStart ? .speaksOfStart : nil), "\(fault): \(text)")
            }
            let isBusy = fault == .terminalBusy || !fault.provesNoStart
            #expect(unfitness("VENTA EN CURSO", fault) == (isBusy ? nil : .speaksOfStart), "\(fault)")
        }
    }

    @Test func `contradicts what says something else of the same text`() {
        let known = CloudLiteral.documented
        #expect(
            CloudLiteral("unauthorized!", .terminalBusy, origin: .operator).contradiction(among: known) == .unauthorized
        )
        #expect(CloudLiteral("unauthorized!", .unauthorized, origin: .operator).contradiction(among: known) == nil)
        let longer = CloudLiteral("KEYPOS NOT FOUND HERE", .terminalBusy, origin: .operator)
        #expect(longer.contradiction(among: known) == .terminalUnknown)
        #expect(added.allSatisfy { $0.contradiction(among: known) == nil })
    }
}
