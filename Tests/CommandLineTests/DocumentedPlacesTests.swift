// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The pages about the code name places that are there.
@Suite("Pages about the code")
struct DocumentedPlacesTests {
    /// Folders in front of what the pages call a place.
    private static let roots = [
        "", "Sources/", "Tests/", "docs/", "docs/contract/", "deploy/", "Sources/getnet-bridge/",
    ]

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: DocumentedPage.root.appending(path: path).path)
    }

    /// What stands in back quotes in a text, without blocks.
    private static func quoted(in text: String) -> [String] {
        text.split(separator: "\n").flatMap { line in
            let parts = line.split(separator: "`", omittingEmptySubsequences: false)
            return parts.indices.filter { $0 % 2 == 1 && $0 + 1 < parts.count }.map { String(parts[$0]) }
        }
    }

    /// The names of every Swift file of the project.
    private static let swiftFiles: Set<String> = {
        let folders = ["Sources", "Tests", "docs"]
        return folders.reduce(into: ["Package.swift"]) { names, folder in
            let path = DocumentedPage.root.appending(path: folder).path
            let below = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
            for file in below where file.hasSuffix(".swift") { names.insert((file as NSString).lastPathComponent) }
        }
    }()

    @Test("name paths that exist", arguments: try DocumentedPage.all())
    func paths(page: DocumentedPage) {
        let modules =
            (try? FileManager.default.contentsOfDirectory(atPath: DocumentedPage.root.path + "/Sources")) ?? []
        let beginnings = Set(modules + ["Sources", "Tests", "docs", "deploy"])
        for word in Self.quoted(in: page.text) {
            guard let first = word.split(separator: "/").first, word.contains("/"), beginnings.contains(String(first)),
                word.allSatisfy({ $0.isLetter || $0.isNumber || "/._+-".contains($0) })
            else { continue }
            let path = word.hasSuffix(".") ? String(word.dropLast()) : word
            #expect(Self.roots.contains { Self.exists($0 + path) }, "\(page.path) names \(word)")
        }
    }

    @Test("name Swift files that exist", arguments: ["docs/architecture.md", "docs/contributing.md"])
    func files(path: String) throws {
        let page = try DocumentedPage(path)
        let named = Self.quoted(in: page.text).filter { $0.hasSuffix(".swift") && !$0.contains("…") }
        #expect(named.count > 20)
        for name in named {
            #expect(Self.swiftFiles.contains((name as NSString).lastPathComponent), "\(path) names \(name)")
        }
    }

    @Test func `the map of modules has every module, and no other`() throws {
        let page = try DocumentedPage("docs/architecture.md")
        let modules = try FileManager.default.contentsOfDirectory(atPath: DocumentedPage.root.path + "/Sources")
        let rows = page.text.split(separator: "\n").drop { $0 != "## Modules" }.dropFirst()
            .prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| `") }
        let named = rows.flatMap { row in Self.quoted(in: String(row.split(separator: "|").first ?? "")) }
        #expect(Set(named) == Set(modules))
        #expect(named.count == Set(named).count)
    }
}
