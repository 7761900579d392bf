// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// What asking for the terminals of an account brought.
public enum TerminalListAnswer: Sendable, Equatable {
    /// The terminals in the order of the answer, and how many entries are none.
    case terminals([Terminal], unreadable: Int)
    /// Nothing was learned: `cloud_unavailable`, `unauthorized`, `token_rejected` or `blocked`.
    case unavailable(Reason.Code)
}

/// Which terminals there are.
extension CloudClient {
    /// Asks the cloud which terminals the credentials are good for; no terminal is woken.
    ///
    /// Source: docs/getnet.md 2.3.
    public func terminals() async -> TerminalListAnswer {
        guard gate.throttle() == nil else { return .unavailable(.cloudUnavailable) }
        do {
            return try await withToken { (token) -> TerminalListAnswer? in
                guard let request = endpoint.terminals(token) else { return .unavailable(.requestRefused) }
                let end = await observed(.query) {
                    await lists.send(request, body: nil, timeout: configuration.queryTimeout)
                }
                gate.questionEnded(end)
                return Self.list(in: end, reader)
            }
        } catch {
            return .unavailable(error.code)
        }
    }

    /// What the end of the question means; `nil` where the token is not accepted.
    private static func list(in end: ExchangeEnd, _ reader: AnswerReader) -> TerminalListAnswer? {
        guard case .answered(let http) = end else { return .unavailable(.cloudUnavailable) }
        let answer = reader.read(http.body)
        let fault = answer?.code == .error ? reader.catalogue.literal(answer?.message) : nil
        switch http.status {
        case 401: return nil
        case 200...299 where fault == .unauthorized: return nil
        case 200...299: return TerminalListReader.read(http.body) ?? .unavailable(.cloudUnavailable)
        case 403 where answer == nil: return .unavailable(.blocked)
        default: return .unavailable(.cloudUnavailable)
        }
    }
}

/// Reads a list of terminals, in the cloud's wrapper or bare: no real list was seen yet.
///
/// Source: docs/getnet.md 2.3.
enum TerminalListReader {
    /// `nil` for anything that holds no list.
    static func read(_ content: AnswerContent) -> TerminalListAnswer? {
        guard let json = content.json else { return nil }
        let elements: [JSON]
        if case .array(let bare) = json {
            elements = bare
        } else if let wrapper = LooseObject(json), wrapper.value("code")?.looseInteger ?? 1 == 1,
            case .array(let wrapped) = wrapper.value("data")
        {
            elements = wrapped
        } else {
            return nil
        }
        let terminals = elements.compactMap { LooseObject($0).flatMap(terminal) }
        return .terminals(terminals, unreadable: elements.count - terminals.count)
    }

    private static func terminal(_ object: LooseObject) -> Terminal? {
        guard let id = object.value("idTerminal")?.identity, let branch = object.value("idSucursal")?.identity,
            let serialNumber = object.value("serialNumber")?.identity
        else { return nil }
        return Terminal(idTerminal: id, idSucursal: branch, serialNumber: serialNumber)
    }
}
