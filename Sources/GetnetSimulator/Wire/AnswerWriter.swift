// SPDX-License-Identifier: Apache-2.0

/// Writes the bodies of answers and callbacks.
///
/// Source: docs/getnet.md 4.3, 5.1, 5.2, 6.3.
struct AnswerWriter {
    /// The size of a callback that no listener should accept.
    static let oversizedBytes = 300 * 1_024

    let dialect: Dialect
    let cancelCode: Int

    /// A wrapper without data.
    func message(_ message: CloudMessage) -> String {
        wrapper(message, data: "null")
    }

    /// The answer to a login that worked.
    func loggedIn(token: String, lifetimeSeconds: Int) -> String {
        var data = JSONText()
        data.add("token", token)
        data.add("expires_in", lifetimeSeconds)
        return wrapper(.loggedIn, data: data.object)
    }

    /// The acknowledgement of an asynchronous command.
    func sent(_ facts: any ReportSubject, withID: Bool) -> String {
        var data = JSONText()
        if withID { add(facts.idPosTxs, to: &data) }
        if let customID = facts.customID { data.add("customId", customID) }
        return wrapper(.sent, data: data.object)
    }

    /// What is said about a command.
    ///
    /// - Parameters:
    ///   - report: what is said.
    ///   - facts: the command.
    ///   - message: the wrapper's message around a result.
    /// - Returns: the body, which is no JSON text where the report says so.
    func report(_ report: Report, about facts: any ReportSubject, as message: CloudMessage) -> String {
        switch report {
        case .result(let result): finished(result, facts, as: message, padding: 0)
        case .oversized(let result): finished(result, facts, as: message, padding: Self.oversizedBytes)
        case .message(let message): self.message(message)
        case .empty: ""
        case .notJSON:
            "TRANSACTION FINISHED idPosTxs=\(facts.idPosTxs) bin=\(SimulatorCardData.bin)"
                + " rut=\(SimulatorCardData.commerceRut)"
        }
    }

    private func finished(
        _ result: TerminalResult,
        _ facts: any ReportSubject,
        as message: CloudMessage,
        padding: Int
    ) -> String {
        let named = facts.named(by: result.oddity)
        let object = named.object(result, dialect.layout, cancelCode: cancelCode)
        if dialect.layout == .flat { return wrapper(message, data: object) }
        var data = JSONText()
        add(named.idPosTxs, to: &data)
        data.add("customId", orNull: named.customID)
        if result.oddity == .encodedAsText {
            data.add("response", object)
        } else {
            data.add("response", json: object)
        }
        if padding > 0 { data.add("padding", String(repeating: "x", count: padding)) }
        return wrapper(message, data: data.object)
    }

    /// Adds the cloud's id in this dialect.
    func add(_ idPosTxs: Int, to data: inout JSONText) {
        switch dialect.idType {
        case .int: data.add("idPosTxs", idPosTxs)
        case .string: data.add("idPosTxs", String(idPosTxs))
        }
    }

    /// The wrapper around data that is JSON text already.
    func wrapper(_ message: CloudMessage, data: String) -> String {
        var wrapper = JSONText()
        wrapper.add("code", message.code)
        wrapper.add("status", message.code == 0 ? "ERROR" : "OK")
        wrapper.add("message", message.text(dialect.locale))
        if dialect.layout == .dataAsText, data != "null" {
            wrapper.add("data", data)
        } else {
            wrapper.add("data", json: data)
        }
        return wrapper.object
    }
}
