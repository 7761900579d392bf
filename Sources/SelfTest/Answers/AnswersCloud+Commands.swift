// SPDX-License-Identifier: Apache-2.0

import Rig

/// How a POST of a command ends.
private enum PostEnd: Sendable {
    /// Taken, with a number.
    case acknowledged
    /// Taken and answered with the terminal's result, with a number.
    case finished
    /// Something that usually means that nothing was started, with a number: something was.
    case refusedYetStarted(status: Int, code: Int, message: String)
    /// Nothing was started, and the answer says so.
    case refused(status: Int, code: Int?, message: String, headers: [(name: String, value: String)] = [])
    /// An answer that says nothing, after a start or without.
    case lost(isStarted: Bool)
    /// Started, told so by a callback, and only then answered that the terminal is busy.
    case toldThenRefused
    /// Taken, with the number of another command.
    case anothersNumber

    /// How often an end comes up.
    static func drawn(_ random: inout SeededGenerator) -> PostEnd {
        func one<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<32: return .acknowledged
        case 32..<35: return .toldThenRefused
        case 35..<38: return .anothersNumber
        case 38..<48: return .finished
        case 48..<68:
            return .refusedYetStarted(
                status: one([200, 200, 200, 202, 400, 400, 401, 401, 404, 405, 409, 422, 429, 500, 502, 503, 504]),
                code: one([0, 0, 0, 1, 2]),
                message: one(texts)
            )
        case 68..<84: return one(refusals)
        default: return .lost(isStarted: Bool.random(using: &random))
        }
    }

    private static let texts = [
        "OPERATION IN PROGRESS (15s)", "OPERATION IN PROGRESS", "KEYPOS NOT FOUND", "UNAUTHORIZED", "ERROR",
        "TRANSACTION SENT", "INCORRECT REQUEST FOR MERCHANT ID", "Operación en curso", "C2C SERVICE NOT RESPONDING", "",
        "TIMEOUT (90 SECONDS)", "INVALID AMOUNT",
    ]

    private static let refusals: [PostEnd] = [
        .refused(status: 200, code: 0, message: "OPERATION IN PROGRESS (15s)"),
        .refused(status: 200, code: 0, message: "OPERATION IN PROGRESS (5m)"),
        .refused(status: 200, code: 0, message: "KEYPOS NOT FOUND"),
        .refused(status: 200, code: 0, message: "INCORRECT REQUEST FOR MERCHANT ID"),
        .refused(status: 200, code: 0, message: "UNAUTHORIZED"),
        .refused(status: 401, code: 0, message: "UNAUTHORIZED"),
        .refused(status: 401, code: nil, message: "token expired"),
        .refused(status: 400, code: nil, message: "amount is not valid"),
        .refused(status: 404, code: nil, message: "not found"),
        .refused(status: 422, code: 0, message: "INVALID AMOUNT"),
        .refused(status: 429, code: nil, message: "slow down"),
        .refused(status: 429, code: nil, message: "slow down", headers: [("Retry-After", "1")]),
    ]
}

extension AnswersCloud.State {
    private static let callbackPause = 20...400
    /// How long after the start the plain callback comes: mostly while the terminal works, else after its life.
    private static let plainPause = [600, 900, 900, 1_200, 2_300]

    /// The callbacks about a start: one that says anything or must not be believed, and one that decides.
    private static func errands(about key: String, _ random: inout SeededGenerator) -> [AnswersCloud.Errand] {
        let first = AnswersCloud.Errand(
            key: key,
            after: .milliseconds(Int.random(in: callbackPause, using: &random)),
            form: Int.random(in: 0..<4, using: &random) == 0 ? .misleading : .any
        )
        let last = AnswersCloud.Errand(
            key: key,
            after: .milliseconds(plainPause[Int.random(in: 0..<plainPause.count, using: &random)]),
            form: Int.random(in: 0..<2, using: &random) == 0 ? .legible : .plain
        )
        return Int.random(in: 0..<10, using: &random) < 6 ? [first, last] : [last]
    }

    /// Answers a POST.
    mutating func answer(
        _ body: AnswersCloud.Body,
        _ verb: String,
        _ post: AsyncStream<AnswersCloud.Errand>.Continuation
    ) -> ByteServer.Reply {
        if ToldCommand.Kind(verb: verb) == .reading { return read(body, verb) }
        let key = body.customId ?? "\(body.idTerminal)/\(verb)"
        if commands[key] == nil { take(body, verb, as: key) }
        guard var command = commands[key] else { return .close }
        command.posts += 1
        if command.isStarted, !command.mayBeRepeated {
            found(
                "doubled",
                key,
                "POST \(command.posts) of a command that POST \(command.posts - 1) or one before had started"
            )
        }
        let terminal = body.idTerminal
        var end = random(of: terminal) { PostEnd.drawn(&$0) }
        // Only a command with a callback can be told of before the answer, and only one that moves money owns a number.
        switch end {
        case .toldThenRefused where command.webhook == nil || command.kind != .money || command.isStarted,
            .anothersNumber where command.kind != .money:
            end = .acknowledged
        default: break
        }
        let isFirstStart = !command.isStarted
        let (reply, line) = play(end, &command, key)
        command.lines.append("POST \(command.posts)    \(line)")
        if command.isStarted, isFirstStart {
            let errands = random(of: terminal) { Self.errands(about: key, &$0) }
            if command.webhook != nil {
                if command.refusedAt != nil { post.yield(.init(key: key, after: .zero, form: .unfinished)) }
                for errand in errands { post.yield(errand) }
            }
        }
        commands[key] = command
        return reply
    }

    private mutating func take(_ body: AnswersCloud.Body, _ verb: String, as key: String) {
        let terminal = body.idTerminal
        let (isApproved, code, receipt) = random(of: terminal) { random in
            (
                Int.random(in: 0..<10, using: &random) < 7, Int.random(in: 1...999_999, using: &random),
                Int64.random(in: 1...99_999, using: &random)
            )
        }
        var command = ToldCommand(
            verb: verb,
            customID: body.customId,
            terminal: terminal,
            amount: body.amount ?? 0,
            ticket: body.ticketNumber,
            webhook: body.webhook,
            isApproved: isApproved
        )
        // Letters, and zeros in front, as issuers give them.
        let digits = "\(code)"
        let padded = String(repeating: "0", count: 6 - digits.count) + digits
        command.authorizationCode = code % 5 == 0 ? "A" + padded.dropFirst() : padded
        command.operationID = verb == "refund" ? body.operationId ?? receipt : receipt
        command.localTime = localTime(at: terminal)
        command.transToken = "\(terminal)55731\(receipt)\(command.localTime.filter(\.isNumber))"
        commands[key] = command
        sent[terminal, default: []].append(key)
    }

    private mutating func start(_ command: inout ToldCommand, _ key: String) {
        command.starts += 1
        guard command.number == nil else { return }
        nextNumber += 1
        command.number = "\(nextNumber)"
        byNumber["\(nextNumber)"] = key
        let time = random(of: command.terminal) { Int.random(in: AnswersCloud.workTime, using: &$0) }
        command.endsAt = .now + .milliseconds(time)
    }

    private mutating func play(
        _ end: PostEnd,
        _ command: inout ToldCommand,
        _ key: String
    ) -> (ByteServer.Reply, String) {
        switch end {
        case .acknowledged:
            start(&command, key)
            let word = CloudWord(
                code: 1,
                message: "TRANSACCIÓN ENVIADA",
                number: command.number,
                customID: command.customID
            )
            return said(word, 200, command, "started, acknowledged")
        case .finished:
            start(&command, key)
            command.endsAt = .now
            return said(command.finished, 200, command, "started, finished, \(command.isApproved ? "yes" : "no")")
        case .refusedYetStarted(let status, let code, let message):
            start(&command, key)
            let isNamed = random(of: command.terminal) { Bool.random(using: &$0) }
            let word = CloudWord(
                code: code,
                message: message,
                number: command.number,
                customID: isNamed ? command.customID : nil
            )
            return said(word, status, command, "started, yet refused")
        case .refused(let status, let code, let message, let headers):
            guard let code else {
                let wire = WireBody(headers: headers, bytes: Array("<html>\(message)</html>".utf8))
                return (AnswersCloud.reply(status, wire), line(status, wire, "not started"))
            }
            return said(CloudWord(code: code, message: message), status, command, "not started")
        case .lost(let isStarted):
            if isStarted { start(&command, key) }
            return lost(command, isStarted ? "started, lost" : "not started, lost")
        case .toldThenRefused:
            start(&command, key)
            command.refusedAt = .now + AnswersCloud.refusalPause
            var wire = WireBody(bytes: Array(#"{"code":0,"message":"OPERATION IN PROGRESS (15s)"}"#.utf8))
            wire.mutations = ["after a callback"]
            let reply = AnswersCloud.reply(200, wire, after: AnswersCloud.refusalPause)
            return (reply, line(200, wire, "started, told, refused"))
        case .anothersNumber:
            start(&command, key)
            let word = CloudWord(
                code: 1,
                message: "TRANSACCIÓN ENVIADA",
                number: numberOfAnother(than: command) ?? command.number,
                customID: command.customID
            )
            return said(word, 200, command, "started, acknowledged under another's number")
        }
    }

    /// The number of another command of the account that is known to own it, because a callback that decides told so.
    private func numberOfAnother(than command: ToldCommand) -> String? {
        let account = accounts[command.terminal]
        let owners = commands.values.filter { other in
            other.kind == .money && other.isPlainlyTold && !other.isMisled && accounts[other.terminal] == account
        }
        return owners.compactMap(\.number).min()
    }

    private mutating func said(
        _ word: CloudWord,
        _ status: Int,
        _ command: ToldCommand,
        _ what: String
    ) -> (ByteServer.Reply, String) {
        let wire = written(word, at: command.terminal)
        let pause = random(of: command.terminal) { Int.random(in: 0..<20, using: &$0) == 0 ? 120 : 0 }
        return (AnswersCloud.reply(status, wire, after: .milliseconds(pause)), line(status, wire, what))
    }

    /// An answer that tells no result and permits no other POST.
    private mutating func lost(_ command: ToldCommand, _ what: String) -> (ByteServer.Reply, String) {
        let (way, usual, refusing, noise) = random(of: command.terminal) { random in
            (
                Int.random(in: 0..<9, using: &random),
                [200, 200, 202, 500, 502, 503, 504].randomElement(using: &random) ?? 500,
                [400, 401, 404, 422].randomElement(using: &random) ?? 400,
                (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            )
        }
        let wire =
            switch way {
            case 0: WireBody(bytes: noise)
            case 1: WireBody(headers: [("Content-Encoding", "gzip")], bytes: noise)
            case 2: WireBody(bytes: [])
            case 3: WireBody(bytes: Array("<html><h1>Bad Gateway</h1></html>".utf8))
            case 4, 6: WireBody(bytes: Array(#"{"code":1,"status":"OK","message":"TRANSACTION SENT","data":{}}"#.utf8))
            case 7: WireBody(bytes: Array(#"{"code":1,"status":"OK","message":"OK","code":0}"#.utf8))
            case 5: WireBody(bytes: Array(#"{"code":0,"status":"ERROR","message":"COMUNIQUESE CON SOPORTE"}"#.utf8))
            default: WireBody(bytes: Array(#"{"code":1,"status":"OK","mess"#.utf8))
            }
        guard usual != 504 else { return (.close, "\(what): connection closed") }
        // A status that refuses is not believed beside a wrapper that says "sent", or says two things.
        let status = [6, 7].contains(way) ? refusing : usual
        return (AnswersCloud.reply(status, wire), line(status, wire, what))
    }

    func line(_ status: Int, _ wire: WireBody, _ what: String) -> String {
        let done = wire.mutations.isEmpty ? "" : " [\(wire.mutations.joined(separator: ", "))]"
        let headers = wire.headers.map { "\($0.name): \($0.value)" }.joined(separator: "; ")
        return "\(what)\(done): \(status) {\(headers)} \(AnswersCloud.escaped(wire.bytes))"
    }
}
