// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService

/// A pipe that the test reads when it wants to.
private struct LogPipe {
    let reading: FileHandle
    let queue: LogQueue
    private let writing: FileHandle

    init(limits: LogQueue.Limits = LogQueue.Limits()) {
        let pipe = Pipe()
        (reading, writing) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
        queue = LogQueue(descriptor: writing.fileDescriptor, limits: limits)
    }

    func logger(_ format: LineLogHandler.Format = .text) -> Logger {
        Logger(label: "test") { [queue] _ in LineLogHandler(format: format, level: .info, queue: queue) }
    }

    /// Reads until a text appears, outside the cooperative pool.
    func read(until text: String) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [reading] in
                var all = ""
                while !all.contains(text) {
                    let data = reading.availableData
                    if data.isEmpty { break }
                    all += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: all)
            }
        }
    }
}

@Suite("The queue of the log", .timeLimit(.minutes(1)))
struct LogQueueTests {
    @Test("M2: in JSON a count is a number, and an id stays a string, though it is made of digits")
    func numbersOfLines() async throws {
        let pipe = LogPipe()
        pipe.logger(.json).info(
            "two",
            metadata: [LogKey.count: "5", LogKey.position: "not one", LogKey.terminal: "0042"]
        )
        let line = await pipe.read(until: "\n")
        let read = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(read[LogKey.count] as? Int == 5)
        #expect(read[LogKey.position] as? String == "not one")
        #expect(read[LogKey.terminal] as? String == "0042")
    }

    @Test("F3: a pipe that is not read blocks nothing; what was dropped is counted, and told when writing works again")
    func fullPipe() async throws {
        let pipe = LogPipe(limits: LogQueue.Limits(lines: 100, bytes: 1_048_576))
        let logger = pipe.logger()
        // More than the pipe and the queue can hold.
        let filler = String(repeating: "x", count: 1_000)
        var count = 0
        while pipe.queue.dropped < 10 {
            count += 1
            logger.info("line \(count) \(filler)")
            try #require(count < 10_000)
        }
        let text = await pipe.read(until: "were dropped")
        #expect(text.contains("line 1 x"))
        #expect(text.contains("lines of the log were dropped"))
        logger.info("it goes on")
        #expect(await pipe.read(until: "it goes on").contains("it goes on"))
    }

    @Test("F3: lines are limited by their bytes too")
    func bytes() async {
        let pipe = LogPipe(limits: LogQueue.Limits(lines: 1_000_000, bytes: 10_000))
        let logger = pipe.logger(.json)
        while pipe.queue.dropped == 0 { logger.info("\(String(repeating: "y", count: 5_000))") }
        let text = await pipe.read(until: "were dropped")
        #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"time\"") })
    }

    @Test("F3: lines of many threads arrive whole, each thread's in its order")
    func order() async {
        let pipe = LogPipe()
        let logger = pipe.logger()
        await withDiscardingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask { for number in 0..<100 { logger.info("writer \(writer) number \(number).") } }
            }
        }
        logger.info("the end")
        let lines = await pipe.read(until: "the end").split(separator: "\n")
        #expect(lines.count == 801)
        for writer in 0..<8 {
            let numbers = lines.filter { $0.contains("writer \(writer) ") }
            #expect(numbers.map { $0.split(separator: " ").last } == (0..<100).map { "\($0)." })
        }
    }

    @Test("F3: at its end the process waits for a reader only for a limited time")
    func flush() async {
        let pipe = LogPipe()
        let logger = pipe.logger()
        while pipe.queue.dropped == 0 { logger.info("\(String(repeating: "z", count: 1_000))") }
        await pipe.queue.flush(atMost: .milliseconds(50))
        _ = await pipe.read(until: "were dropped")
        await pipe.queue.flush(atMost: .seconds(30))
        #expect(pipe.queue.isEmpty)
    }
}
