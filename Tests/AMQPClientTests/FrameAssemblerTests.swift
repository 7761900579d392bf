// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AMQPClient

@Suite struct `A frame assembler` {
    private typealias Assembler = FrameAssembler<String>

    @Test func `a body in any pieces comes out as it was`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<200 {
            let body = (0..<Int.random(in: 0...2000, using: &random)).map { _ in UInt8.random(in: 0...255) }
            var assembler = Assembler(BodyLimits())
            try assembler.begin("head")
            var step = try assembler.header(body.count)
            var rest = body[...]
            while !rest.isEmpty {
                #expect(step.assembled == nil)
                let piece = rest.prefix(Int.random(in: 0...300, using: &random))
                rest = rest.dropFirst(piece.count)
                step = try assembler.body(piece)
            }
            let message = try #require(step.assembled)
            #expect(message.head == "head")
            #expect(message.body == body)
            #expect(message.fullSize == UInt64(body.count))
        }
    }

    @Test func `of a body above the limit the beginning is kept and the size known`() throws {
        var assembler = Assembler(BodyLimits(messageSizeMax: 10, truncatedSize: 4))
        try assembler.begin("head")
        _ = try assembler.header(11)
        _ = try assembler.body([1, 2, 3])
        let step = try assembler.body([4, 5, 6, 7, 8, 9, 10, 11])
        let message = try #require(step.assembled)
        #expect(message.body == [1, 2, 3, 4])
        #expect(message.fullSize == 11)
    }

    @Test func `a body at the limit is kept whole`() throws {
        var assembler = Assembler(BodyLimits(messageSizeMax: 3, truncatedSize: 1))
        try assembler.begin("head")
        _ = try assembler.header(3)
        let step = try assembler.body([1, 2, 3])
        #expect(step.assembled?.body == [1, 2, 3])
    }

    @Test func `frames out of order are a fault`() throws {
        var assembler = Assembler(BodyLimits())
        #expect(throws: Assembler.Fault.headerWithoutMethod) { try assembler.header(1) }
        #expect(throws: Assembler.Fault.bodyWithoutHeader) { try assembler.body([1]) }
        try assembler.begin("head")
        #expect(throws: Assembler.Fault.methodInsideContent) { try assembler.begin("head") }
        #expect(throws: Assembler.Fault.bodyWithoutHeader) { try assembler.body([1]) }
        _ = try assembler.header(1)
        #expect(throws: Assembler.Fault.bodyAboveAnnouncedSize) { try assembler.body([1, 2]) }
    }

    @Test func `an absurd announced size allocates nothing of it`() throws {
        var assembler = Assembler(BodyLimits(messageSizeMax: 10, truncatedSize: 4))
        try assembler.begin("head")
        _ = try assembler.header(bodySize: .max, properties: .init(), headersDropped: false)
        let step = try assembler.body([1, 2, 3, 4, 5])
        #expect(step.assembled == nil)
    }
}

extension FrameAssembler {
    fileprivate mutating func header(_ size: Int) throws(Fault) -> Step {
        try header(bodySize: UInt64(size), properties: AMQPProperties(), headersDropped: false)
    }
}

extension FrameAssembler.Step {
    fileprivate var assembled: FrameAssembler<Head>.Assembled? {
        switch self {
        case .incomplete: nil
        case .complete(let message): message
        }
    }
}
