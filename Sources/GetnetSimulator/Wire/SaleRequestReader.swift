// SPDX-License-Identifier: Apache-2.0

/// Reads the body of a sale and finds everything that is wrong with it.
///
/// Source: docs/getnet.md 4.1, 4.2; what all commands have in common is read by ``CommandMembers``.
struct SaleRequestReader {
    static let amounts = 1...999_999_999
    static let maximumTicketLength = 24

    static let maximumPromotionLength = 250

    let country: String
    let isPromotion: Bool
    private var members: CommandMembers

    /// Creates a reader for one body.
    ///
    /// - Parameters:
    ///   - strict: whether everything that docs/getnet.md does not allow is a fault.
    ///   - country: lower-case ISO code; decides which members exist.
    ///   - isPromotion: whether it is a sale with a promotion, command 126.
    init(strict: Bool, country: String, isPromotion: Bool = false) {
        self.country = country
        self.isPromotion = isPromotion
        members = CommandMembers(strict: strict)
    }

    /// What a body says, or everything that is wrong with it.
    enum Reading: Equatable {
        case sale(SaleRequest)
        case faults([RequestFault])
    }

    /// Reads a body.
    ///
    /// - Parameter body: the whole body.
    /// - Returns: the sale, or the faults.
    mutating func read(_ body: [UInt8]) -> Reading {
        let names = isPromotion ? Self.names(in: country).union(["idPromo"]) : Self.names(in: country)
        guard members.read(body, allowed: names, of: "a sale in \(country)") else {
            return .faults(members.faults)
        }
        let sale = SaleRequest(
            terminal: members.readTerminal(),
            amount: readAmount(),
            ticketNumber: readTicket(),
            customID: members.readCustomID(),
            webhook: members.readWebhook(),
            promotion: isPromotion ? readPromotion() : nil
        )
        members.checkCommand(sale.function)
        if members.strict { checkOptions() }
        return members.faults.isEmpty ? .sale(sale) : .faults(members.faults)
    }

    // MARK: - Members

    private mutating func readAmount() -> Int {
        guard let value = members["amount"] else {
            members.fault("amount", "is missing")
            return 0
        }
        guard let amount = members.integer(value) else {
            members.fault("amount", "must be an integer, not \(value.kind)")
            return 0
        }
        if !Self.amounts.contains(amount) { members.fault("amount", "must be 1 to 999999999") }
        return amount
    }

    private mutating func readPromotion() -> String {
        guard case .string(let promotion)? = members["idPromo"], !promotion.isEmpty,
            promotion.utf8.count <= Self.maximumPromotionLength
        else {
            members.fault("idPromo", "must be a string of 1 to \(Self.maximumPromotionLength) characters")
            return ""
        }
        return promotion
    }

    private mutating func readTicket() -> String? {
        guard let value = members["ticketNumber"] else {
            if members.strict && country == "cl" { members.fault("ticketNumber", "is missing") }
            return nil
        }
        guard case .string(let ticket) = value else {
            members.fault("ticketNumber", "must be a string, not \(value.kind)")
            return nil
        }
        let plain = ticket.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
        if !plain || !(1...Self.maximumTicketLength).contains(ticket.utf8.count) {
            members.fault("ticketNumber", "must be 1 to \(Self.maximumTicketLength) of A-Z, a-z, 0-9 and -")
        }
        return ticket
    }

    // MARK: - Options

    private mutating func checkOptions() {
        for name in ["printOnPos", "skipConfirmation", "skipReceipt"] { members.checkBoolean(name) }
        for (name, range) in Self.integers {
            members.check(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)") {
                $0.integer.map(range.contains) ?? false
            }
        }
        members.check("interest", "must be a number") { if case .number = $0 { true } else { false } }
        members.check("planId", "must be a string") { if case .string = $0 { true } else { false } }
        members.check("paymentCategory", "must be \"FOOD_BENEFIT\"") { $0 == .string("FOOD_BENEFIT") }
    }

    private static let integers: [(String, ClosedRange<Int>)] = [
        ("saleType", 0...6), ("employeeId", 0...9_999), ("tip", 0...999_999_999), ("installments", 0...99),
        ("operationMode", 0...99),
    ]
    private static let common: Set<String> = [
        "idTerminal", "idSucursal", "serialNumber", "command", "amount", "customId", "webhook", "printOnPos",
        "saleType", "employeeId", "ticketNumber",
    ]
    private static let chile = common.union(["paymentCategory"])
    private static let argentina = common.union([
        "tip", "installments", "planId", "interest", "operationMode", "skipConfirmation", "skipReceipt",
    ])
    private static let everywhere = chile.union(argentina)

    /// The members that a sale may have; Uruguay is not documented and gets everything that is known.
    private static func names(in country: String) -> Set<String> {
        switch country {
        case "cl": chile
        case "ar": argentina
        default: everywhere
        }
    }
}
