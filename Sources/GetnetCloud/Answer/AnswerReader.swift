// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Reads what the cloud says, in answers and callbacks alike, with the tolerances that its many layouts ask for.
///
/// Tolerance ends where money begins: if a member is repeated with different values, none is believed. A contradiction
/// in the wrapper or in an identity makes the wrapper's code unknown, so that the answer decides nothing; one in
/// another member of the terminal's object makes that member unreadable or absent. An identity in the terminal's object
/// that differs from the one around it is kept beside it: the object may be the record of another command.
/// *Source*: docs/getnet.md 5, 6; docs/promises.md 4.5, 4.16.
public struct AnswerReader: Sendable {
    /// Longer texts of the cloud are cut here, in bytes.
    public static let messageLimit = 256

    let clock: TerminalClock
    /// What the texts beside code 0 mean.
    let catalogue: MessageCatalogue
    let amountUnit: AmountUnit

    /// A reader for terminals of a time zone, an IANA name, with the meanings of texts and the unit of amounts.
    public init(
        timeZone: String,
        messages: [CloudLiteral] = CloudLiteral.documented,
        amountUnit: AmountUnit = .minor
    ) {
        self.amountUnit = amountUnit
        clock = TerminalClock(timeZone: timeZone)
        catalogue = MessageCatalogue(messages)
    }

    /// Reads an answer; `nil` if the body is no C2C answer, or could not be read.
    ///
    /// An answer is a JSON object with a wrapper's code or a terminal's object in it.
    public func read(_ content: AnswerContent) -> CloudAnswer? { reading(of: content)?.answer }

    /// Reads a body of which only the bytes are known.
    public func read(_ bytes: [UInt8]) -> CloudAnswer? { read(AnswerContent(bytes)) }

    /// An answer with what only this module looks at.
    struct Reading {
        let answer: CloudAnswer
        /// Whether the answer contradicts itself, so that nothing can be decided on it.
        let isContradictory: Bool
        /// The terminal's object as it came, not masked.
        let terminal: LooseObject?
        /// Our name of the command, as it stands around the terminal's object.
        let name: String?
        /// The name in the terminal's object.
        let recordedName: String?
        /// Getnet's number in the terminal's object, where another one stands around it.
        let recordedNumber: String?
    }

    /// The same, and whether the answer contradicts itself.
    func reading(of content: AnswerContent) -> Reading? {
        guard let json = content.json, let wrapper = LooseObject(json.loneElement) else { return nil }
        var reading = AnswerReading(amountUnit: amountUnit)
        let code = reading.member("code", of: wrapper)
        let data = LooseObject(reading.member("data", of: wrapper).map(\.loneElement))
        let terminal = reading.terminalObject(wrapper: wrapper, data: data)
        guard wrapper.has("code") || terminal != nil else { return nil }

        // The terminal's object may be the record of another command, so what it says of itself may be that command's.
        let around = [terminal?.isData == true ? nil : data, wrapper].compactMap { $0 }
        let inside = [terminal?.object].compactMap { $0 }
        let recorded = reading.cloudNumber("idPosTxs", in: inside)
        let number = reading.cloudNumber("idPosTxs", in: around)
        let idPosTxs = number ?? recorded ?? data.flatMap { reading.cloudNumber("id", in: [$0]) }
        let recordedName = reading.identity("customId", in: inside) { $0.identity }
        let name = reading.identity("customId", in: around) { $0.identity }
        let result = terminal.map { reading.result($0, idPosTxs: recorded ?? idPosTxs, clock: clock) }
        var answer = CloudAnswer(
            code: reading.isContradictory ? .unknown : CloudAnswer.Code(code),
            message: wrapper.value("message")?.string.flatMap { AnswerMask.freeText($0, limit: Self.messageLimit) },
            idPosTxs: idPosTxs,
            customID: name ?? recordedName,
            recordedName: name.flatMap { name in recordedName.flatMap { Spelling.isOne($0, name) ? nil : $0 } },
            result: result,
            masked: AnswerMask.masked(json).serialized
        )
        answer.journal = terminal.flatMap { journal(in: $0.object, of: answer) }
        return Reading(
            answer: answer,
            isContradictory: reading.isContradictory,
            terminal: terminal?.object,
            name: name,
            recordedName: recordedName,
            recordedNumber: number == nil || recorded == number ? nil : recorded
        )
    }
}

/// One pass over an answer, which remembers whether it met a contradiction that forbids any decision.
struct AnswerReading {
    /// The terminal's object and whether a bare `code` in it is the terminal's.
    struct TerminalObject {
        let object: LooseObject
        let isInsideData: Bool
        /// Whether it is `data` itself.
        var isData = false
    }

    let amountUnit: AmountUnit
    private(set) var isContradictory = false

    mutating func member(_ name: String, of object: LooseObject) -> JSON? {
        switch object.lookUp(name) {
        case .absent: return nil
        case .value(let value): return value
        case .contradictory:
            isContradictory = true
            return nil
        }
    }

    /// An identity that may stand in several places, which then must agree.
    mutating func identity(_ name: String, in places: [LooseObject], as read: (JSON) -> String?) -> String? {
        var found: String?
        for place in places {
            guard let value = member(name, of: place).flatMap(read) else { continue }
            if let found, found != value {
                isContradictory = true
                return nil
            }
            found = value
        }
        return found
    }

    /// Getnet's number of a transaction.
    ///
    /// A number that is there and cannot be read does not count as absent: it may be another transaction's.
    mutating func cloudNumber(_ name: String, in places: [LooseObject]) -> String? {
        let number = identity(name, in: places) { $0.cloudNumber }
        let isUnreadable = places.contains { place in
            guard let value = place.value(name) else { return false }
            return value.cloudNumber == nil && !value.isAbsentIdentity
        }
        if isUnreadable { isContradictory = true }
        return isUnreadable ? nil : number
    }

    /// `data.response`, then `data` where it is one itself, then `response`.
    ///
    /// Source: docs/getnet.md 5.2.
    mutating func terminalObject(wrapper: LooseObject, data: LooseObject?) -> TerminalObject? {
        if let data {
            if let nested = LooseObject(member("response", of: data)?.loneElement), !nested.members.isEmpty {
                return TerminalObject(object: nested, isInsideData: true)
            }
            if data.has("functionCode") || data.has("responseCode") {
                return TerminalObject(object: data, isInsideData: true, isData: true)
            }
        }
        guard let top = LooseObject(member("response", of: wrapper)?.loneElement), !top.members.isEmpty else {
            return nil
        }
        return TerminalObject(object: top, isInsideData: false)
    }
}

extension CloudAnswer.Code {
    init(_ value: JSON?) {
        switch value?.looseInteger {
        case 0: self = .error
        case 1: self = .done
        case 2: self = .inProcess
        default: self = .unknown
        }
    }
}
