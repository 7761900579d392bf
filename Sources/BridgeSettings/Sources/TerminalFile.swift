// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import Foundation
internal import Yams

/// The file that names the terminals.
///
/// A YAML mapping from a name to `idTerminal/idSucursal/serialNumber`, and `/account` behind it where a bridge has
/// several accounts.
public enum TerminalFile {
    /// The longest file, in bytes.
    static let longest = 16 << 20

    /// Why a file gives no registry; every line that is wrong is named.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// One line for each fault.
        public let description: String
    }

    /// Reads a file.
    ///
    /// Isolation: any thread that may block.
    ///
    /// - Throws: `Fault` with every fault at once; a file with one gives no registry at all.
    public static func read(_ path: String) throws(Fault) -> TerminalRegistry {
        let text: String
        do throws(UnreadableFile) {
            text = try TextFile.read(path, longest: longest)
        } catch {
            throw Fault(description: "\(path) \(error.message)")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Fault(description: "\(path) is no YAML mapping, or names a terminal twice")
        }
        guard let root else { return TerminalRegistry() }
        if let scalar = root.scalar, scalar.string.isEmpty { return TerminalRegistry() }
        guard let mapping = root.mapping else {
            throw Fault(description: "\(path) is no mapping of names to terminals")
        }
        var registry = TerminalRegistry()
        var faults: [String] = []
        for (name, value) in mapping {
            let place = "\(path):\(name.mark?.line ?? 0)"
            guard let alias = name.scalar?.string, let triplet = value.scalar?.string else {
                faults.append("\(place): idTerminal/idSucursal/serialNumber is expected")
                continue
            }
            do throws(TerminalRegistry.Fault) {
                try registry.enter(triplet, as: alias)
            } catch {
                faults.append("\(place): \(error.message)")
            }
        }
        guard faults.isEmpty else { throw Fault(description: faults.joined(separator: "\n")) }
        return registry
    }

    /// The text of a file that names these terminals by their ids; one that comes again gets a number.
    ///
    /// With an account it is written to each.
    public static func text(naming terminals: [Terminal], of account: String? = nil) -> String {
        var counts: [String: Int] = [:]
        return terminals.map { terminal in
            let count = counts[terminal.idTerminal, default: 0] + 1
            counts[terminal.idTerminal] = count
            let name = count == 1 ? terminal.idTerminal : "\(terminal.idTerminal)-\(count)"
            return
                "\(name): \(terminal.idTerminal)/\(terminal.idSucursal)/\(terminal.serialNumber)\(account.map { "/\($0)" } ?? "")\n"
        }
        .joined()
    }

    /// What changes when the file is written or replaced.
    public static func version(of path: String) -> [String]? {
        // The file that the path leads to through all links; a program cannot set the time of the last change of the
        // entry.
        var state = stat()
        guard unsafe stat(path, &state) == 0 else { return nil }
        return [
            "\(state.st_dev)", "\(state.st_ino)", "\(state.st_size)",
            "\(state.st_mtim.tv_sec).\(state.st_mtim.tv_nsec)",
            "\(state.st_ctim.tv_sec).\(state.st_ctim.tv_nsec)",
        ]
    }
}
