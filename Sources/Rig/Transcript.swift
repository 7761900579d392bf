// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import NIOConcurrencyHelpers

/// What a test saw of the bridge from outside, written down for the check against the contract.
///
/// *Shape*: with `GETNET_BRIDGE_TEST_SEEN` naming a folder, one JSON value a line in a file of this process; without
/// it, nothing.
/// Source: `docs/contract/README.md`.
public struct Transcript: Sendable {
    /// Every event that was consumed, in the envelope of structured mode.
    public static let events = Transcript("events")
    /// Every JSON answer of the health and the admin port.
    public static let ports = Transcript("ports")

    private let file: NIOLockedValueBox<FileHandle?>

    private init(_ name: String) {
        let process = ProcessInfo.processInfo
        guard let folder = process.environment["GETNET_BRIDGE_TEST_SEEN"] else {
            file = NIOLockedValueBox(nil)
            return
        }
        let path = "\(folder)/\(name)-\(process.processIdentifier).jsonl"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            preconditionFailure("GETNET_BRIDGE_TEST_SEEN: \(path) cannot be written")
        }
        file = NIOLockedValueBox(handle)
    }

    /// Writes down a message that was consumed as an event; one of binary mode is put into the envelope first.
    public func append(event body: [UInt8], contentType: String?, headers: [String: String]) {
        guard contentType == "application/json" else { return append(body) }
        var envelope = ["datacontenttype": "application/json"]
        for (name, value) in headers where name.hasPrefix("ce-") { envelope[String(name.dropFirst(3))] = value }
        append(envelope, "data", body)
    }

    /// Writes down what a port answered, where that is JSON.
    public func append(answer body: [UInt8], to path: String, status: Int, contentType: String?) {
        guard contentType?.contains("json") == true else { return }
        append(["path": path, "status": status], "body", body)
    }

    /// An object of these members and one more, which is JSON already.
    private func append(_ members: [String: any Sendable], _ name: String, _ value: [UInt8]) {
        guard file.withLockedValue({ $0 != nil }),
            let head = try? JSONSerialization.data(withJSONObject: members)
        else { return }
        append(Array(head.dropLast()) + Array(",\"\(name)\":".utf8) + value + Array("}".utf8))
    }

    private func append(_ line: [UInt8]) {
        file.withLockedValue { handle in
            guard let handle else { return }
            do {
                try handle.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
            } catch {
                preconditionFailure("what was seen cannot be written: \(error)")
            }
        }
    }
}
