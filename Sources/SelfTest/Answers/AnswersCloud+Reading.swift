// SPDX-License-Identifier: Apache-2.0

import Rig

/// Answers to what only reads: status queries, the terminal's journal, commands that change nothing.
extension AnswersCloud.State {
    /// Answers a status query.
    mutating func status(of number: String) -> ByteServer.Reply {
        guard let key = byNumber[number], let command = commands[key] else {
            return AnswersCloud.reply(
                200,
                WireBody(bytes: Array(#"{"code":0,"status":"ERROR","message":"ID NOT FOUND","data":null}"#.utf8))
            )
        }
        let (way, noise) = random(of: command.terminal) { random in
            (
                Int.random(in: 0..<10, using: &random),
                (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            )
        }
        let wire: WireBody
        var code = 200
        switch way {
        case 0...4 where command.hasEnded: wire = written(command.finished, at: command.terminal)
        case 0...6:
            wire = written(CloudWord(code: 2, message: "TRANSACTION IN PROCESS"), at: command.terminal)
        case 7: wire = written(CloudWord(code: 0, message: "ID NOT FOUND"), at: command.terminal)
        case 8: wire = WireBody(bytes: noise)
        default:
            wire = WireBody(bytes: Array("<html>down</html>".utf8))
            code = 502
        }
        note("query     \(line(code, wire, "says"))", of: key)
        return AnswersCloud.reply(code, wire)
    }

    /// Answers a command that reads, or a reading of the journal.
    mutating func read(_ body: AnswersCloud.Body, _ verb: String) -> ByteServer.Reply {
        let terminal = body.idTerminal
        nextNumber += 1
        let own = "\(nextNumber)"
        let paid = (sent[terminal] ?? []).compactMap { commands[$0] }.filter {
            $0.kind == .money && $0.isStarted && $0.hasEnded && $0.isApproved
        }
        let way = random(of: terminal) { Int.random(in: 0..<12, using: &$0) }
        let word: CloudWord
        switch verb {
        case "get_transaction":
            guard let number = body.idPosTxs, let key = byNumber["\(number)"], let command = commands[key],
                command.hasEnded, command.terminal == terminal
            else { word = CloudWord(code: 0, message: "OPERATION IN PROGRESS (15s)"); break }
            word = recorded(command, askedAs: body.customId, own)
        case "lastvoucher":
            guard let command = paid.last else { word = empty(body, own, functionCode: 101); break }
            word = recorded(command, askedAs: body.customId, own)
        case "details": word = list(of: paid, body, own)
        default:
            var asked = ToldCommand(
                verb: verb,
                customID: body.customId,
                terminal: terminal,
                amount: 0,
                ticket: nil,
                webhook: nil,
                isApproved: true
            )
            asked.number = own
            asked.localTime = localTime(at: terminal)
            word = asked.finished
        }
        switch way {
        case 0:
            return AnswersCloud.reply(
                200,
                written(CloudWord(code: 0, message: "OPERATION IN PROGRESS (15s)"), at: terminal)
            )
        case 1: return .close
        case 2: return AnswersCloud.reply(503, WireBody(bytes: Array("<html>down</html>".utf8)))
        default: break
        }
        let wire = written(word, at: terminal)
        let said = line(200, wire, verb)
        for key in sent[terminal] ?? [] { note("read      \(said)", of: key) }
        return AnswersCloud.reply(200, wire)
    }

    /// A recorded sale under an identity that an answer may have: its own, that of the question, or none.
    private mutating func recorded(_ command: ToldCommand, askedAs customID: String?, _ own: String) -> CloudWord {
        var word = command.finished
        switch random(of: command.terminal, { Int.random(in: 0..<5, using: &$0) }) {
        case 0: (word.number, word.customID) = (own, customID)
        case 1: (word.number, word.customID) = (own, nil)
        case 2: word.number = own
        case 3: word.customID = customID
        default: break
        }
        return word
    }

    private func empty(_ body: AnswersCloud.Body, _ own: String, functionCode: Int64) -> CloudWord {
        let nothing = ToldCommand(
            verb: "lastvoucher",
            customID: body.customId,
            terminal: body.idTerminal,
            amount: 0,
            ticket: nil,
            webhook: nil,
            isApproved: true
        )
        var result = nothing.result
        result.functionCode = functionCode
        result.responseCode = 1
        result.responseMessage = "Sin comprobante"
        return CloudWord(code: 1, message: "TRANSACTION FINISHED", number: own, customID: body.customId, result: result)
    }

    private func list(of paid: [ToldCommand], _ body: AnswersCloud.Body, _ own: String) -> CloudWord {
        let asked = ToldCommand(
            verb: "details",
            customID: body.customId,
            terminal: body.idTerminal,
            amount: 0,
            ticket: nil,
            webhook: nil,
            isApproved: true
        )
        let voided = Set(paid.filter { $0.verb == "refund" }.map(\.operationID))
        let rows = paid.filter { ["sale", "salepromo"].contains($0.verb) && !voided.contains($0.operationID) }
        var result = asked.result
        result.localTime = localTime(at: body.idTerminal)
        result.others = [
            .init(
                "saleDetails",
                .list(
                    rows.map { sale in
                        let kept: Set = [
                            "terminalId", "authorizationCode", "amount", "operationId", "realDate", "transToken", "bin",
                        ]
                        return .object(sale.result.object.filter { kept.contains($0.name) })
                    }
                )
            )
        ]
        return CloudWord(code: 1, message: "TRANSACTION FINISHED", number: own, customID: body.customId, result: result)
    }
}
