// SPDX-License-Identifier: Apache-2.0

extension Dialect.Retelling {
    /// An issuer's approval: 6 digits, leading zeros included; letters among them where the case of letters changes.
    ///
    /// - Parameter seed: of the payment.
    /// - Returns: the code as the callback tells it.
    func authorizationCode(seed: UInt64) -> String {
        var random = SeededRandom(seed: seed)
        let number = Int(random.next() % 1_000_000)
        guard self == .letterCase else { return TerminalTime.padded(number, 6) }
        let digits = String(number, radix: 16, uppercase: true)
        return "A" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits.suffix(5)
    }

    /// The merchant's correlation id as it is told.
    func customID(_ customID: String?, isRetold: Bool) -> String? {
        isRetold && self == .letterCase ? customID?.uppercased() : customID
    }

    /// Adds an approval to an object, as it is told.
    ///
    /// - Parameters:
    ///   - code: as the callback tells it; empty: none.
    ///   - isRetold: whether query or journal speak.
    ///   - object: where it is added.
    func add(authorizationCode code: String, isRetold: Bool, to object: inout JSONText) {
        switch self {
        case .number where isRetold && Int(code) != nil: object.add("authorizationCode", Int(code) ?? 0)
        case .letterCase where isRetold: object.add("authorizationCode", code.lowercased())
        case .same, .number, .letterCase, .secondLater: object.add("authorizationCode", code)
        }
    }
}

extension Dialect.Ticket {
    /// The merchant's number as it comes back.
    func spell(_ ticket: String) -> String {
        switch self {
        case .asSent: ticket
        case .withoutZeros: String(ticket.drop { $0 == "0" })
        case .otherCase: ticket == ticket.uppercased() ? ticket.lowercased() : ticket.uppercased()
        case .cut: String(ticket.prefix(20))
        }
    }
}

extension CaseIterable where Self: Equatable {
    /// One of all but the first, each as likely as the others.
    ///
    /// - Parameter number: any number.
    /// - Returns: the case.
    static func oddOne(drawnBy number: UInt64) -> Self {
        let odd = Array(allCases.dropFirst())
        return odd[Int(number % UInt64(odd.count))]
    }
}
