// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What a named person decides.
extension AdminResponder {
    /// A decision is a few words; a longer body is refused, in bytes.
    static let decisionLimit = 16_384

    /// `POST /v1/transactions/{id}/resolve` and `…/settle`.
    func decide(_ words: [Substring], _ request: Request) async throws(StoreError) -> Response {
        guard words.count == 2, let act = OperatorRequest.Act(rawValue: String(words[1])) else {
            return problem(.notFound, "no such path")
        }
        guard let id = TransactionID(String(words[0])) else { return problem(.notFound, "no such transaction") }
        let input: TransactionInput
        do throws(OperatorRequest.Fault) {
            input = try OperatorRequest.read(try await body(of: request), act)
        } catch {
            return problem(.badRequest, error.description)
        }
        guard let transition = try await transitions.apply(input, to: id) else {
            return problem(.notFound, "no such transaction")
        }
        guard transition.finding == .refused else { return try await show(words[0]) }
        let transaction = transition.transaction
        if case .operatorDecision(let decision, let note) = input,
            let objection = transaction.objection(to: decision, by: note, terminalLife: work.terminalLife)
        {
            return problem(.conflict, objection.description)
        }
        return problem(.conflict, act.refusal(of: input, for: transaction))
    }

    /// `POST /v1/store/release`.
    func endHold(_ request: Request) async throws(StoreError) -> Response {
        let (note, now): (OperatorNote, Bool)
        do throws(OperatorRequest.Fault) {
            (note, now) = try OperatorRequest.readRelease(try await body(of: request))
        } catch {
            return problem(.badRequest, error.description)
        }
        let release = try await store.release(by: note, at: clock(), isKnownToBeEarly: now)
        if case .tooEarly(let end) = release { return problem(.conflict, end.tooEarlyText) }
        gate.open(.held)
        logger.warning(
            release == .released ? "the hold of the restored store is ended" : "the store was not held",
            metadata: [LogKey.person: "\(note.name)", LogKey.detail: "\(note.reason)"]
        )
        var writer = JSONWriter(reserving: 32)
        writer.object { $0.member("released", release == .released) }
        return .json(writer.bytes)
    }

    private func body(of request: Request) async throws(OperatorRequest.Fault) -> [UInt8] {
        do {
            return Array(try await request.body.collect(upTo: Self.decisionLimit).readableBytesView)
        } catch {
            throw OperatorRequest.Fault(
                description: "the body did not arrive, or has more than \(Self.decisionLimit) bytes"
            )
        }
    }
}

extension Timestamp {
    /// Why a hold that lasts until then is not ended.
    public var tooEarlyText: String {
        """
        until \(self) a command from before the restore may still come and would be charged again; wait, or say that you know it: \
        --now, in JSON "now": true
        """
    }
}

extension OperatorRequest.Act {
    /// Why a transaction that stands so allows no such decision.
    fileprivate func refusal(of input: TransactionInput, for transaction: Transaction) -> String {
        let status = transaction.status.rawValue
        switch (self, transaction.state) {
        case (.settle, _):
            return transaction.state.isFinal
                ? "no contradiction of it is open" : "it is not final (\(status)): resolve it first"
        case (.resolve, .accepted): return "it was not sent: cancel it instead"
        case (.resolve, .submitting): return "its request is on the way: wait for its end"
        case (.resolve, .submitted), (.resolve, .inDoubt):
            guard case .operatorDecision(let decision, _) = input, !transaction.hasAmount(for: decision) else {
                return "another transaction has that payment; where it is an open contradiction, settle it there first"
            }
            return transaction.refusal(of: decision)
        case (.resolve, .approved), (.resolve, .declined), (.resolve, .notCompleted), (.resolve, .failed),
            (.resolve, .completed):
            return "it is final: \(status)"
        }
    }
}

extension Transaction {
    /// Why it is not known how much an approval by a person is about.
    fileprivate func refusal(of decision: TransactionInput.OperatorDecision) -> String {
        let unknown = "state the amount of the receipt, in minor units: no evidence tells it (--amount)"
        guard let told = result, let amount = told.amount, case .approved(let code, _, let stated) = decision else {
            return unknown
        }
        guard let known = told.authorizationCode, !Spelling.isOne(known, code) else {
            return "the evidence of this payment says \(amount): leave the amount out, or say the same"
        }
        guard stated == nil else { return unknown }
        return """
            a payment with the authorization \(known) was told, none with \(code): look at the receipt's code once more; if it is another \
            payment, \(unknown)
            """
    }
}
