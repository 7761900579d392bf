// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// A person's decision as it is sent to the admin port.
///
/// *Shape*: `{"by":"…","reason":"…"}`, to resolve also `as`, and for `approved` `authorizationCode`, `operationId` and
/// `amount`, in minor units; `amountDiffers`, `althoughToldPaid` and `now` are the person's word that they know what
/// they say.
public enum OperatorRequest {
    /// What is decided about.
    public enum Act: String, Sendable, CaseIterable {
        /// The end of a transaction.
        case resolve
        /// The contradictions of a transaction.
        case settle
    }

    /// What a transaction can be resolved as.
    public static let outcomes: [TransactionStatus] = [.approved, .declined, .notCompleted, .failed]

    /// Why a decision cannot be read.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        /// One sentence for a person.
        public let description: String
    }

    /// Reads a decision.
    static func read(_ body: [UInt8], _ act: Act) throws(Fault) -> TransactionInput {
        let ofAll: Set = ["by", "reason"]
        guard act == .resolve else { return .settled(by: try note(in: try object(body, of: ofAll))) }
        let assurances = OperatorNote.Assurance.allCases
        let ofDecisions = ["as", "authorizationCode", "operationId", "amount"] + assurances.map(\.rawValue)
        let value = try object(body, of: ofAll.union(ofDecisions))
        var knows: Set<OperatorNote.Assurance> = []
        for assurance in assurances where try flag(assurance.rawValue, of: value) { knows.insert(assurance) }
        return .operatorDecision(try decision(value), by: try note(in: value, knows))
    }

    /// Reads who ends the hold of a restored store, why, and whether they know that its hour is not over.
    static func readRelease(_ body: [UInt8]) throws(Fault) -> (note: OperatorNote, now: Bool) {
        let value = try object(body, of: ["by", "reason", "now"])
        return (try note(in: value), try flag("now", of: value))
    }

    private static func flag(_ name: String, of value: JSON) throws(Fault) -> Bool {
        switch value[name] {
        case nil: false
        case .bool(let flag): flag
        default: throw Fault(description: "\(name): true or false")
        }
    }

    private static func object(_ body: [UInt8], of known: Set<String>) throws(Fault) -> JSON {
        guard let value = try? JSONParser.parse(body), case .object(let members) = value,
            Set(members.map(\.name)).count == members.count
        else {
            throw Fault(description: "a JSON object is expected, each member once")
        }
        if let unknown = members.first(where: { !known.contains($0.name) }) {
            throw Fault(description: "\(unknown.name.prefix(40)): there is no such member")
        }
        return value
    }

    private static func note(
        in value: JSON,
        _ knows: Set<OperatorNote.Assurance> = []
    ) throws(Fault) -> OperatorNote {
        do throws(OperatorNote.Fault) {
            return try OperatorNote(
                name: value["by"]?.string ?? "",
                reason: value["reason"]?.string ?? "",
                knows: knows
            )
        } catch {
            throw Fault(description: error.description)
        }
    }

    private static func decision(_ value: JSON) throws(Fault) -> TransactionInput.OperatorDecision {
        guard let status = value["as"]?.string.flatMap(TransactionStatus.init(rawValue:)), outcomes.contains(status)
        else {
            throw Fault(description: "as: one of \(outcomes.map(\.rawValue).joined(separator: ", "))")
        }
        let (code, operation, amount) = (value["authorizationCode"], value["operationId"], value["amount"])
        guard status == .approved else {
            guard code == nil, operation == nil, amount == nil else {
                throw Fault(description: "authorizationCode, operationId, amount: only with approved")
            }
            return status == .declined ? .declined : status == .failed ? .failed : .notCompleted
        }
        guard let text = code?.string, operation == nil || operation?.integer != nil,
            amount == nil || amount?.integer != nil,
            let decision = TransactionInput.OperatorDecision.approved(
                receipt: text,
                operationID: operation?.integer,
                amount: amount?.integer
            )
        else {
            throw Fault(
                description: """
                    authorizationCode: needed with approved, 1 to \(TransactionInput.OperatorDecision.longestAuthorization) \
                    letters and digits; operationId, amount: a positive integer
                    """
            )
        }
        return decision
    }

    /// Writes a decision; a fault in it is the admin port's to find.
    public static func body(
        by name: String,
        because reason: String,
        as status: TransactionStatus? = nil,
        authorizationCode: String? = nil,
        operationID: Int64? = nil,
        amount: Int64? = nil,
        knows: Set<OperatorNote.Assurance> = []
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { member in
            member.member("by", name)
            member.member("reason", reason)
            member.member("as", status?.rawValue)
            member.member("authorizationCode", authorizationCode)
            member.member("operationId", operationID)
            member.member("amount", amount)
            for assurance in OperatorNote.Assurance.allCases where knows.contains(assurance) {
                member.member(assurance.rawValue, true)
            }
        }
        return writer.bytes
    }
}
