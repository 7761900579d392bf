// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GetnetSimulator

@Suite("CodedText: the bytes of an answer")
struct CodedTextTests {
    @Test func `each coding has its own bytes and says which`() {
        #expect(CodedText("ó", .plain).bytes == [0xC3, 0xB3])
        #expect(CodedText("ó", .byteOrderMark).bytes == [0xEF, 0xBB, 0xBF, 0xC3, 0xB3])
        #expect(CodedText("ó", .utf16).bytes == [0xFF, 0xFE, 0xF3, 0x00])
        #expect(CodedText("ó", .latin1).bytes == [0xF3])
        #expect(CodedText("ó", .latin1).contentType == "application/json; charset=ISO-8859-1")
        #expect(CodedText("ó", .gzip).contentEncoding == "gzip")
        #expect(CodedText("ó", .gzip).bytes.prefix(2) == [0x1F, 0x8B])
        #expect(CodedText("ó", .plain).contentEncoding == nil)
    }

    @Test func `a fault of coding holds for everything that is said about the sale`() {
        for (fault, coding) in [(Fault.byteOrderMark, Dialect.Coding.byteOrderMark), (.utf16, .utf16), (.gzip, .gzip)] {
            let disturbed = DisturbedPlan([fault], PlanContext())
            #expect(disturbed.plan.dialect.coding == coding)
            #expect(disturbed.faults == [fault])
        }
    }

    @Test func `data as text is a string that holds the object`() {
        let writer = AnswerWriter(dialect: Dialect(layout: .dataAsText), cancelCode: 1_006)
        #expect(writer.wrapper(.sent, data: #"{"idPosTxs":5}"#).hasSuffix(#""data":"{\"idPosTxs\":5}"}"#))
        #expect(writer.wrapper(.sent, data: "null").hasSuffix(#""data":null}"#))
    }
}
