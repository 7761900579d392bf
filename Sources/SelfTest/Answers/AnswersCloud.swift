// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers
import Rig

/// A cloud that tells the truth in any layout and coding, or nothing readable, and knows what it has started.
///
/// **The rule that everything stands on**: where an answer to a command that is not only read has a number of Getnet's
/// in its bytes, the command was started; an answer after which it may be sent again has none. No answer and no
/// callback tells a false result, except those that mislead: each has a flaw because of which it decides nothing.
final class AnswersCloud: Sendable {
    /// A callback that is to be sent.
    struct Errand: Sendable {
        /// How it is written.
        enum Form: Sendable {
            /// In any layout, with anything done to it, once.
            case any
            /// In the captured layout, nothing done to it, until it is answered 200.
            case plain
            /// The same, in a charset, a coding and strings that can be undone.
            case legible
            /// It says that the terminal is at work on it.
            case unfinished
            /// It says the opposite of the truth, with a flaw because of which it is no verdict, once.
            case misleading
        }

        let key: String
        let after: Duration
        let form: Form
    }

    /// What the cloud itself saw go wrong.
    struct Finding: Sendable {
        let kind: String
        let key: String
        let detail: String
    }

    struct State {
        /// The random numbers of each terminal, so that what happens there depends on its seed alone.
        var random: [String: SeededGenerator] = [:]
        var zones: [String: TimeZone] = [:]
        var accounts: [String: String] = [:]
        var commands: [String: ToldCommand] = [:]
        /// Which commands a terminal was sent, oldest first.
        var sent: [String: [String]] = [:]
        /// By Getnet's number.
        var byNumber: [String: String] = [:]
        var nextNumber: Int64
        var answers = 0
        /// How many logins were asked for.
        var logins = 0
        var findings: [Finding] = []
    }

    /// A line of what was said is cut here, in characters.
    static let lineLimit = 700
    /// How long a refusal that comes after a callback waits for it.
    static let refusalPause = Duration.milliseconds(600)
    /// How long a token serves, in seconds: many are renewed in one run.
    static let tokenLifetime: Int64 = 10
    /// Of how many logins one brings nothing readable.
    static let oddLogins = 5
    /// After how long the terminal is done.
    static let workTime = 20...300

    let state: NIOLockedValueBox<State>
    let errands: AsyncStream<Errand>
    let post: AsyncStream<Errand>.Continuation

    init(firstNumber: Int64) {
        state = NIOLockedValueBox(State(nextNumber: firstNumber))
        (errands, post) = AsyncStream.makeStream()
    }

    /// Lets a terminal exist.
    func open(_ terminal: String, of account: String, seed: UInt64, zone: TimeZone) {
        state.withLockedValue { state in
            state.accounts[terminal] = account
            state.random[terminal] = SeededGenerator(seed: seed)
            state.zones[terminal] = zone
        }
    }

    /// A command by our name of it.
    func command(_ key: String) -> ToldCommand? { state.withLockedValue { $0.commands[key] } }

    /// The commands that a terminal was sent and that were not only read.
    func commands(at terminal: String) -> [ToldCommand] {
        state.withLockedValue { state in (state.sent[terminal] ?? []).compactMap { state.commands[$0] } }
    }

    /// How many answers and callbacks were made.
    var answers: Int { state.withLockedValue(\.answers) }

    /// What the cloud itself saw go wrong.
    var findings: [Finding] { state.withLockedValue(\.findings) }

    // MARK: - Requests

    /// Answers a request.
    func answer(_ request: ByteServer.Request) -> ByteServer.Reply {
        let verb = request.target.split(separator: "?")[0].split(separator: "/").last.map { $0.lowercased() } ?? ""
        if verb == "auth" { return state.withLockedValue { $0.login() } }
        if request.method == "GET" { return status(of: verb) }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else {
            return Self.reply(400, WireBody(bytes: Array("no JSON".utf8)))
        }
        return state.withLockedValue { state in
            state.answers += 1
            return state.answer(body, verb, post)
        }
    }

    private func status(of number: String) -> ByteServer.Reply {
        state.withLockedValue { state in
            state.answers += 1
            return state.status(of: number)
        }
    }

    /// The members of a request that matter here.
    struct Body: Decodable {
        let idTerminal: String
        let customId: String?
        let amount: Int64?
        let ticketNumber: String?
        let webhook: String?
        let idPosTxs: Int64?
        let operationId: Int64?
    }

    // MARK: - Bytes

    /// An answer of HTTP/1.1.
    static func reply(_ status: Int, _ wire: WireBody, after pause: Duration = .zero) -> ByteServer.Reply {
        let headers = wire.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = "HTTP/1.1 \(status) Said\r\nContent-Length: \(wire.bytes.count)\r\n\(headers)\r\n"
        return .bytes(Array(head.utf8) + wire.bytes, after: pause)
    }

    /// Bytes as a string of C, for people.
    static func escaped(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes.prefix(lineLimit) {
            switch byte {
            case UInt8(ascii: "\""): text += "\""
            case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x0A: text += "\\n"
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return bytes.count > lineLimit ? text + "… (\(bytes.count) bytes)" : text
    }
}

extension AnswersCloud.State {
    /// Answers a login: with a token, written in any way that can be undone, or now and then with nothing.
    ///
    /// A login that brought nothing costs the commands time, and none of them its end.
    mutating func login() -> ByteServer.Reply {
        logins += 1
        var mutation = AnswerMutation(random: SeededGenerator(seed: UInt64(logins)))
        guard Int.random(in: 0..<AnswersCloud.oddLogins, using: &mutation.random) > 0 else {
            return AnswersCloud.reply(503, WireBody(bytes: Array(#"{"code":1,"data":{"tok"#.utf8)))
        }
        let data = WireText.object([
            .init("token", .text("t.o.k-\(logins)")), .init("expires_in", .integer(AnswersCloud.tokenLifetime)),
        ])
        let body = WireText.object([
            .init("code", .integer(1)), .init("status", .text("OK")), .init("message", .text("SESI\u{D3}N INICIADA")),
            .init("data", Bool.random(using: &mutation.random) ? data : .list([data])),
        ])
        return AnswersCloud.reply(200, mutation.rewritten(body))
    }

    /// The random numbers of a terminal; always the same for a terminal that was not opened.
    mutating func random<Value>(of terminal: String, _ body: (inout SeededGenerator) -> Value) -> Value {
        body(&random[terminal, default: SeededGenerator(seed: 0)])
    }

    mutating func note(_ line: String, of key: String) { commands[key]?.lines.append(line) }

    mutating func found(_ kind: String, _ key: String, _ detail: String) {
        findings.append(.init(kind: kind, key: key, detail: detail))
    }

    /// Writes a word in any layout, and does anything to it.
    mutating func written(_ word: CloudWord, at terminal: String) -> WireBody {
        let seed = random(of: terminal) { $0.next() }
        var composer = AnswerComposer(random: SeededGenerator(seed: seed))
        let body = composer.body(of: word)
        guard Int.random(in: 0..<4, using: &composer.random) > 0 else {
            return WireBody(bytes: Array(body.json.utf8))
        }
        var mutation = AnswerMutation(random: composer.random)
        return mutation.mutated(body, keeping: word.number)
    }

    /// The bytes of a callback.
    mutating func callback(_ form: AnswersCloud.Errand.Form, about command: ToldCommand) -> WireBody {
        var plain = AnswerComposer(random: SeededGenerator(seed: 0), isPlain: true)
        switch form {
        case .any:
            answers += 1
            return written(command.finished, at: command.terminal)
        case .plain: return WireBody(bytes: Array(plain.body(of: command.finished).json.utf8))
        case .legible:
            var mutation = AnswerMutation(random: SeededGenerator(seed: random(of: command.terminal) { $0.next() }))
            return mutation.rewritten(plain.body(of: command.finished))
        case .unfinished:
            var word = command.finished
            (word.code, word.message, word.result) = (2, "TRANSACTION IN PROCESS", nil)
            return WireBody(bytes: Array(plain.body(of: word).json.utf8))
        case .misleading:
            let (word, flaw) = random(of: command.terminal) { command.misleading(&$0) }
            var wire = WireBody(bytes: Array(plain.body(of: word).json.utf8))
            wire.mutations = [flaw]
            return wire
        }
    }

    /// The terminal's own time.
    func localTime(at terminal: String) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zones[terminal] ?? .gmt
        let part = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: Date())
        func two(_ value: Int?) -> String { (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        let day = "\(part.year ?? 0)-\(two(part.month))-\(two(part.day))"
        return "\(day) \(two(part.hour)):\(two(part.minute)):\(two(part.second))"
    }
}
