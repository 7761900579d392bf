// SPDX-License-Identifier: Apache-2.0

/// The KeyPos triplet that names one terminal, in the spelling that is published.
///
/// *Shape*: `idTerminal` and `serialNumber` in upper case, `idSucursal` as decimal digits without leading zeros.
/// Source: docs/promises.md 2.7, docs/getnet.md 2.1.
public struct Terminal: Sendable, Hashable {
    /// The vendor's console caps each part at this many characters.
    public static let longestPart = 20
    /// More digits would not survive as a JSON number.
    public static let longestBranch = 15

    /// The terminal, for example `80005000`.
    public let idTerminal: String
    /// The branch, for example `12983`.
    public let idSucursal: String
    /// The serial number on the label.
    public let serialNumber: String
    /// The name under which the registry knows it.
    public let alias: String?

    /// Normalizes three parts; `nil` if one of them has not its shape.
    public init?(idTerminal: String, idSucursal: String, serialNumber: String, alias: String? = nil) {
        guard Self.isWord(idTerminal), Self.isWord(serialNumber) else { return nil }
        guard !idSucursal.isEmpty, idSucursal.utf8.count <= Self.longestPart,
            idSucursal.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        let branch = String(idSucursal.drop { $0 == "0" })
        guard !branch.isEmpty, branch.utf8.count <= Self.longestBranch else { return nil }
        self.idTerminal = idTerminal.uppercased()
        self.idSucursal = branch
        self.serialNumber = serialNumber.uppercased()
        self.alias = alias
    }

    /// Takes a terminal back from where it was stored, already normalized.
    public init(storedTerminal: String, branch: String, serialNumber: String, alias: String?) {
        idTerminal = storedTerminal
        idSucursal = branch
        self.serialNumber = serialNumber
        self.alias = alias
    }

    /// Whether both name the same terminal; an alias equals its triplet.
    public func isSame(as other: Terminal) -> Bool {
        idTerminal == other.idTerminal && idSucursal == other.idSucursal && serialNumber == other.serialNumber
    }

    private static func isWord(_ text: String) -> Bool {
        (1...longestPart).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0.asciiLowercased) }
    }
}
