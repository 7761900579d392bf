// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import getnet_bridge

/// A reader can type what the pages say; the end-to-end tests try whether it works.
@Suite("Commands of the documentation")
struct DocumentedCommandsTests {
    /// What a reader writes for the words in capitals.
    private static let own = ["NUMBER": "1", "NAME": "Ana", "TEXT": "seen", "CODE": "010929"]

    @Test("L5: every line to type is understood", arguments: try DocumentedPage.all())
    func lines(page: DocumentedPage) throws {
        for line in page.commands {
            var words = DocumentedPage.words(of: line)
            if words.first == "getnet-bridge" {
                words = words.map { Self.own[$0] ?? $0 }
                #expect(throws: Never.self, "\(line)") { try Self.parse(words.dropFirst()) }
                continue
            }
            // What a shell does itself, and programs that are not ours.
            let first = words.removeFirst()
            if first.contains("=") || ["curl", "python3", "swift"].contains(first) { continue }
            let file =
                ["java", "venv/bin/python"].contains(first) ? words.first { $0.hasPrefix("docs/") } ?? "?" : first
            let program = try #require(
                try? String(contentsOf: DocumentedPage.root.appending(path: file), encoding: .utf8),
                "\(line)"
            )
            for flag in words where flag.hasPrefix("--") {
                #expect(program.contains(flag), "\(line): no \(flag) in \(file)")
            }
        }
    }

    @Test("L5: every command in the text is understood", arguments: try DocumentedPage.all())
    func inlineCommands(page: DocumentedPage) throws {
        for line in page.inlineCommands {
            // A placeholder becomes a word; an optional part is there without its brackets.
            let plain = line.replacing(#/<[^>]+>/#, with: "word").replacing(#/[\[\]]/#, with: "")
            let words = DocumentedPage.words(of: plain).map { Self.own[$0] ?? $0 }
            #expect(throws: Never.self, "\(line)") { try Self.parse(words.dropFirst()) }
        }
    }

    @Test(arguments: try DocumentedPage.all())
    func `lines to type stand in blocks that say so`(page: DocumentedPage) {
        for block in page.blocks where block.language != "sh" {
            for line in block.lines {
                #expect(!["getnet-bridge ", "deploy/", "./deploy/"].contains { line.hasPrefix($0) }, "\(line)")
                // Lines that a page shows from a terminal window.
                guard line.hasPrefix("$ ") else { continue }
                let words = DocumentedPage.words(of: String(line.dropFirst(2)))
                #expect(throws: Never.self, "\(line)") { try Self.parse(words.dropFirst()) }
            }
        }
    }

    private static func parse(_ words: ArraySlice<String>) throws {
        do {
            _ = try GetnetBridge.parseAsRoot(CommandWords(Array(words)).verbs)
        } catch  where GetnetBridge.exitCode(for: error) == .success {
            // The line asks for help.
        }
    }
}
