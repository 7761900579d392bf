// SPDX-License-Identifier: Apache-2.0

/// Where a value of the configuration was given.
public enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
    /// On the command line, by this flag.
    case flag(String)
    /// In the environment, under this name.
    case environment(String)
    /// In the configuration file.
    case file(path: String, line: Int?)
    /// In a file that holds one secret; `namedBy` says who named the file, nothing for one of `secrets.directory`.
    case secretFile(path: String, namedBy: String?)
    /// Nowhere: the default counts.
    case `default`
    /// Nowhere, and there is no default.
    case missing

    /// The place in words: `file /etc/getnet-bridge.yaml line 12`.
    public var description: String {
        switch self {
        case .flag(let flag): "flag \(flag)"
        case .environment(let name): "environment \(name)"
        case .file(let path, let line): "file \(path)" + (line.map { " line \($0)" } ?? "")
        case .secretFile(let path, let namedBy):
            "secret file \(path)" + (namedBy.map { ", named by \($0)" } ?? "")
        case .default: "default"
        case .missing: "no value"
        }
    }
}
