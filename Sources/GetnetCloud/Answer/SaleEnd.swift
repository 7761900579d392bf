// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What the end of a sale's POST means: the one place that classifies.
///
/// "Not started" permits another POST, so it is said only where it is known. A status or a text that says so is not
/// believed beside anything that speaks of a start: a number, a result, a wrapper's code of success, words about a
/// time-out.
/// *Source*: docs/promises.md 4.2, the table.
enum SaleEnd: Equatable {
    /// It is clear what to tell the machine.
    case outcome(SubmissionOutcome)
    /// Not started, because the token is not accepted.
    case unauthorized

    init(_ end: ExchangeEnd, of id: TransactionID, reader: AnswerReader) {
        switch end {
        case .neverSent, .withheld: self = .outcome(.notStarted(Refusal(.cloudUnavailable, isTransient: true)))
        case .interrupted: self = .outcome(.unknown(.noAcknowledgement))
        case .answered(let http):
            let reading = reader.reading(of: http.body)
            // An answer that names another transaction says nothing about this one; the machine weighs a result in it.
            let isOurs = reading?.answer.customID.map { $0.equalsLoosely(id.description) }
            let isAnothers = isOurs == false
            // An end that shows another command's record must have the code of success, or it means nothing.
            let isRecord = reading?.answer.showsAnother == true
            guard reading?.isContradictory != true, !isAnothers || reading?.answer.result != nil,
                !isRecord || reading?.answer.code == .done
            else {
                self = .outcome(.unknown(.noAcknowledgement))
                return
            }
            self.init(http, reading?.answer, reader.catalogue)
            if isOurs == true, case .outcome(.acknowledged(let number, _)) = self {
                self = .outcome(.acknowledged(idPosTxs: number, namesUs: true))
            }
            // Only a refusal that was understood is believed, and none beside the trace of something that was started.
            if permitsAnother,
                !http.body.provesNoNumber || http.body.speaksOfStart(beside: http.status, reader.catalogue)
            {
                self = .outcome(.unknown(.noAcknowledgement))
            }
        }
    }

    /// Whether another POST, or `failed`, may follow.
    private var permitsAnother: Bool {
        switch self {
        case .unauthorized, .outcome(.notStarted): true
        case .outcome(.acknowledged), .outcome(.answered), .outcome(.unknown): false
        }
    }

    private typealias Refusal = SubmissionOutcome.Refusal

    private init(_ http: HTTPAnswer, _ answer: CloudAnswer?, _ catalogue: MessageCatalogue) {
        switch http.status {
        case 200...299:
            self = answer.map { SaleEnd(accepted: $0, catalogue) } ?? .outcome(.unknown(.noAcknowledgement))
        case 400, 401, 403, 404, 405, 413, 415, 422, 429:
            self = Self.refused(http, answer, catalogue)
        default:
            // What a proxy answers after the cloud took the sale looks like any other failure.
            self = .outcome(.unknown(Self.doubt(answer, catalogue)))
        }
    }

    /// An answer with a status of success.
    private init(accepted answer: CloudAnswer, _ catalogue: MessageCatalogue) {
        switch answer.code {
        case .done:
            if answer.result != nil {
                self = .outcome(.answered(answer))
            } else if let idPosTxs = answer.idPosTxs {
                self = .outcome(.acknowledged(idPosTxs: idPosTxs))
            } else {
                self = .outcome(.unknown(.noAcknowledgement))
            }
        case .inProcess:
            let number = answer.idPosTxs.map { SubmissionOutcome.acknowledged(idPosTxs: $0) }
            self = .outcome(number ?? .unknown(.noAcknowledgement))
        case .error:
            self = Self.literal(answer, catalogue) ?? .outcome(.unknown(Self.doubt(answer, catalogue)))
        case .unknown:
            self = .outcome(.unknown(.noAcknowledgement))
        }
    }

    /// A status that refuses.
    private static func refused(
        _ http: HTTPAnswer,
        _ body: CloudAnswer?,
        _ catalogue: MessageCatalogue
    ) -> SaleEnd {
        func speaksOfStart(_ answer: CloudAnswer) -> Bool {
            if plainlySpeaksOfStart(answer, catalogue) { return true }
            // A status 401 also speaks of a token that "expired"; only a whole text of waiting is more than that.
            return http.status != 401 && MessageCatalogue.maySpeakOfStart(answer.message)
        }
        // A number such as 400 or 1020 under `code` is a web server's or the firewall's, not the cloud's.
        let answer = body.flatMap { $0.code == .unknown && !speaksOfStart($0) ? nil : $0 }
        if let answer {
            if let literal = literal(answer, catalogue) { return literal }
            guard answer.code == .error, !speaksOfStart(answer) else {
                return .outcome(.unknown(doubt(answer, catalogue)))
            }
        }
        switch http.status {
        case 401: return .unauthorized
        case 403:
            // Only the firewall answers without the cloud's wrapper.
            guard answer == nil else { return .outcome(.unknown(doubt(answer, catalogue))) }
            return .outcome(.notStarted(Refusal(.blocked, isTransient: true, retryAfter: http.retryAfter)))
        case 429:
            return .outcome(.notStarted(Refusal(.cloudUnavailable, isTransient: true, retryAfter: http.retryAfter)))
        default:
            return .outcome(.notStarted(Refusal(.requestRefused, isTransient: false)))
        }
    }

    /// The class of a documented text that certainly started nothing.
    private static func literal(_ answer: CloudAnswer, _ catalogue: MessageCatalogue) -> SaleEnd? {
        guard answer.code == .error, answer.idPosTxs == nil, answer.result == nil else { return nil }
        switch catalogue.literal(answer.message) {
        case .unauthorized: return .unauthorized
        case .terminalUnknown: return .outcome(.notStarted(Refusal(.terminalUnknown, isTransient: false)))
        case .wrongMerchant: return .outcome(.notStarted(Refusal(.wrongMerchant, isTransient: false)))
        case .terminalBusy: return .outcome(.notStarted(Refusal(.terminalBusy, isTransient: true)))
        case .idNotFound, .terminalUnreachable, .timeout, nil: return nil
        }
    }

    private static func plainlySpeaksOfStart(_ answer: CloudAnswer, _ catalogue: MessageCatalogue) -> Bool {
        switch catalogue.literal(answer.message) {
        case .timeout, .terminalUnreachable: true
        case .unauthorized, .idNotFound, .terminalUnknown, .wrongMerchant, .terminalBusy, nil:
            answer.idPosTxs != nil || answer.result != nil
        }
    }

    private static func doubt(_ answer: CloudAnswer?, _ catalogue: MessageCatalogue) -> SubmissionOutcome.Doubt {
        guard let answer, answer.code == .error else { return .noAcknowledgement }
        let fault = catalogue.literal(answer.message) ?? MessageCatalogue.guess(answer.message)
        return fault == .terminalUnreachable ? .terminalUnreachable : .noAcknowledgement
    }
}
