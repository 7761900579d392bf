// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A page of the documentation, as a reader sees it who types what it says.
public struct DocumentedPage: Sendable, CustomStringConvertible {
    /// The folder that holds `README.md`, `docs` and `deploy`.
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The path, relative to the root.
    public let path: String
    /// The whole text.
    public let text: String

    /// Reads a page, by its path below the root.
    public init(_ path: String) throws {
        self.path = path
        text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    /// Its path.
    public var description: String { path }

    /// README.md and everything below docs.
    public static func all() throws -> [DocumentedPage] {
        let below = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "docs").path)
        return try (["README.md"] + below.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }).map(Self.init)
    }

    /// The lines of the page's blocks, with the language of each block.
    public var blocks: [(language: String, lines: [String])] {
        var found: [(language: String, lines: [String])] = []
        var open: (language: String, lines: [String])?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("```") else {
                open?.lines.append(String(line))
                continue
            }
            if let block = open {
                found.append(block)
                open = nil
            } else {
                open = (String(line.dropFirst(3)), [])
            }
        }
        return found
    }

    /// The lines to type, in order; a line that a backslash continues is one line; comments are left out.
    public var commands: [String] {
        blocks.filter { $0.language == "sh" }.flatMap { block in
            block.lines.joined(separator: "\n").replacing(#/\\\n\s*/#, with: "")
                .split(separator: "\n").map { String($0.replacing(#/\s+#.*$/#, with: "")) }.filter { !$0.isEmpty }
        }
    }

    /// Commands in the text between two backticks that name the program and a verb.
    public var inlineCommands: [String] {
        text.matches(of: #/`(getnet-bridge [^`]+)`/#).map { String($0.1) }
    }

    /// The words of a line, as a shell separates them; text in double quotes is one word.
    public static func words(of line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { index, part in
            index.isMultiple(of: 2) ? part.split(separator: " ").map { String($0) } : [String(part)]
        }
    }
}
