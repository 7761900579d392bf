// SPDX-License-Identifier: Apache-2.0

/// What the cloud keeps of the POST of a sale.
public struct SaleRequest: Equatable, Sendable {
    /// The terminal that is to charge.
    public var terminal: TerminalIdentity
    /// The amount in minor units, 1 … 999,999,999.
    public var amount: Int
    /// The merchant's number of the sale, echoed as `ticket`.
    public var ticketNumber: String?
    /// The merchant's correlation id, echoed in every answer.
    public var customID: String?
    /// Where the callback goes; absent: the POST is held until the sale has ended.
    public var webhook: String?
    /// The id of the promotion, if it is a sale with one.
    public var promotion: String?

    /// Its number: 100, or 126 with a promotion.
    var function: Int { promotion == nil ? 100 : TerminalCommand.promotionSale.number }
}

/// The KeyPos triplet.
public struct TerminalIdentity: Hashable, Sendable {
    /// Assigned by Getnet, 8 alphanumeric characters.
    public let idTerminal: String
    /// The branch; decimal digits lose their leading zeros, so that `12983` equals `"0000012983"`.
    public let idSucursal: String
    /// The number on the back label, 12 characters.
    public let serialNumber: String

    /// Creates an identity; numeric branches are compared as numbers.
    ///
    /// - Parameters:
    ///   - idTerminal: assigned by Getnet.
    ///   - idSucursal: the branch.
    ///   - serialNumber: the number on the back label.
    public init(idTerminal: String, idSucursal: String, serialNumber: String) {
        self.idTerminal = idTerminal
        self.idSucursal = Int(idSucursal).map(String.init) ?? idSucursal
        self.serialNumber = serialNumber
    }

    /// The triplet of the official documentation.
    public static let documented = TerminalIdentity(
        idTerminal: "80005000",
        idSucursal: "12983",
        serialNumber: "SNPRUEBA1234"
    )
    /// A well-formed triplet that every simulator refuses with `KEYPOS NOT FOUND`.
    public static let unknown = TerminalIdentity(
        idTerminal: "80004404",
        idSucursal: "12983",
        serialNumber: "SNPRUEBA4404"
    )
    /// A well-formed triplet that every simulator refuses with `INCORRECT REQUEST FOR MERCHANT ID`.
    public static let ofOtherMerchant = TerminalIdentity(
        idTerminal: "80004403",
        idSucursal: "12983",
        serialNumber: "SNPRUEBA4403"
    )
}

/// One thing that a client did wrong.
public struct RequestFault: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The header, member or other part that is wrong.
    public let part: String
    /// What is wrong with it.
    public let problem: String

    /// "part: problem".
    public var description: String { "\(part): \(problem)" }

    init(_ part: String, _ problem: String) {
        self.part = part
        self.problem = problem
    }
}
