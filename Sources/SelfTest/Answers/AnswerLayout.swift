// SPDX-License-Identifier: Apache-2.0

import Rig

/// Where in an answer its parts stand.
///
/// Source: `docs/simulator.md` for what is known of Getnet's layouts; the others are what servers of that kind write.
enum AnswerLayout: CaseIterable, Sendable {
    /// `data` has the identities, `data.response` the terminal's object.
    case nested
    /// The terminal's few members stand in `data` itself.
    case flat
    /// Nested, every name begun by a capital.
    case pascalCase
    /// `data` is a string that holds the object.
    case dataAsText
    /// `data.response` is a string that holds the object.
    case responseAsText
    /// Everything stands beside `code`.
    case topLevel
    /// The same, and the number is called `id`.
    case topLevelID
    /// The number is called `id`.
    case numberAsID
    /// The number has a name that no reader knows.
    case numberAsFolio
    /// `data` is an array of one.
    case dataAsList
    /// `data` is an array of one whose number is called `id`.
    case listWithID
    /// `data` is a string that holds an array of one.
    case listAsText
    /// The whole body is an array without a wrapper.
    case bareList
    /// The identities stand deep below other names.
    case deep
}

/// Writes what the cloud says, each time in one of many layouts and spellings.
struct AnswerComposer {
    var random: SeededGenerator
    /// Whether anything but the captured layout and the plain spelling is used.
    var isPlain = false

    /// The body as JSON.
    mutating func body(of word: CloudWord) -> WireText {
        guard !isPlain else { return nested(word, number: word.number.map { .raw($0) }, result: word.result?.object) }
        let layout = AnswerLayout.allCases[Int.random(in: 0..<AnswerLayout.allCases.count, using: &random)]
        return body(of: word, as: layout)
    }

    private mutating func body(of word: CloudWord, as layout: AnswerLayout) -> WireText {
        let number = word.number.map { spelled(number: $0) }
        let result = word.result.map { spelled($0).object }
        switch layout {
        case .nested: return nested(word, number: number, result: result)
        case .pascalCase: return nested(word, number: number, result: result).inPascalCase
        case .flat:
            let flat = word.result.map(\.flat) ?? []
            return wrapper(word, data: .object(identities(word, number) + flat))
        case .dataAsText:
            return wrapper(word, data: .text(data(word, number, result).json))
        case .responseAsText:
            let response = result.map { [WireText.Member("response", .text(WireText.object($0).json))] } ?? []
            return wrapper(word, data: .object(identities(word, number) + response))
        case .topLevel: return .object(head(word) + identities(word, number) + response(result))
        case .topLevelID: return .object(head(word) + renamed(identities(word, number), "id") + response(result))
        case .numberAsID:
            return wrapper(word, data: .object(renamed(identities(word, number), "id") + response(result)))
        case .numberAsFolio:
            return wrapper(word, data: .object(renamed(identities(word, number), "folio") + response(result)))
        case .dataAsList: return wrapper(word, data: .list([data(word, number, result)]))
        case .listWithID:
            return wrapper(word, data: .list([.object(renamed(identities(word, number), "id") + response(result))]))
        case .listAsText: return wrapper(word, data: .text(WireText.list([data(word, number, result)]).json))
        case .bareList: return .list([data(word, number, result)])
        case .deep:
            let transaction = WireText.object([.init("transaction", data(word, number, result))])
            return .object(head(word) + [.init("content", .object([.init("items", .list([transaction]))]))])
        }
    }

    // MARK: - Parts

    private func nested(_ word: CloudWord, number: WireText?, result: [WireText.Member]?) -> WireText {
        wrapper(word, data: number == nil && word.customID == nil && result == nil ? .null : data(word, number, result))
    }

    private func wrapper(_ word: CloudWord, data: WireText) -> WireText {
        .object(head(word) + [.init("data", data)])
    }

    private func head(_ word: CloudWord) -> [WireText.Member] {
        guard let code = word.code else { return [.init("message", .text(word.message))] }
        return [
            .init("code", .integer(Int64(code))), .init("status", .text(code == 0 ? "ERROR" : "OK")),
            .init("message", .text(word.message)),
        ]
    }

    private func data(_ word: CloudWord, _ number: WireText?, _ result: [WireText.Member]?) -> WireText {
        .object(identities(word, number) + response(result))
    }

    private func response(_ result: [WireText.Member]?) -> [WireText.Member] {
        result.map { [.init("response", .object($0))] } ?? []
    }

    private func identities(_ word: CloudWord, _ number: WireText?) -> [WireText.Member] {
        (number.map { [.init("idPosTxs", $0)] } ?? []) + (word.customID.map { [.init("customId", .text($0))] } ?? [])
    }

    private func renamed(_ members: [WireText.Member], _ name: String) -> [WireText.Member] {
        members.map { $0.name == "idPosTxs" ? .init(name, $0.value) : $0 }
    }

    // MARK: - Spelling

    private mutating func spelled(number: String) -> WireText {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...5: .raw(number)
        case 6...7: .text(number)
        case 8: .text("000\(number)")
        case 9: .raw("\(number).0")
        case 10: .raw("\(number)e0")
        default: .text(" \(number) ")
        }
    }

    /// The same result as another part of the cloud writes it: nothing of it means anything else.
    private mutating func spelled(_ result: CloudWord.Result) -> CloudWord.Result {
        var result = result
        switch Int.random(in: 0..<8, using: &random) {
        case 0: result.authorizationCode = String(result.authorizationCode.drop { $0 == "0" })
        case 1: result.authorizationCode = result.authorizationCode.lowercased()
        case 2: result.ticket = result.ticket.map { String($0.prefix(20)) }
        case 3: result.ticket = result.ticket?.uppercased()
        case 4: result.ticket = result.ticket.map { String($0.drop { $0 == "0" }) }
        default: break
        }
        return result
    }
}
