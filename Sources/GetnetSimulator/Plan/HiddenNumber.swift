// SPDX-License-Identifier: Apache-2.0

/// A refusal whose body holds the number of a sale that was started all the same, and hides it.
public struct HiddenNumber: Equatable, Sendable {
    /// The HTTP status.
    public var status: Status
    /// What hides the number.
    public var disguise: Disguise

    /// The HTTP status.
    public enum Status: Int, Sendable, CaseIterable {
        /// The wrapper says that the terminal is busy.
        case ok = 200
        /// The request is refused.
        case badRequest = 400
        /// The token is refused, and stays good.
        case unauthorized = 401
        /// Too many requests.
        case tooManyRequests = 429
    }

    /// What hides the number.
    public enum Disguise: String, Sendable, CaseIterable {
        /// `"data":[{"idPosTxs":N}]`
        case list
        /// `"data":[{"id":N}]`
        case otherName = "other-name"
        /// `"data":"[{\"idPosTxs\":N}]"`
        case text
        /// A byte order mark in front of everything.
        case mark
        /// The last two bytes are missing.
        case cut
        /// An HTML comment follows.
        case comment
        /// A letter with an accent in ISO 8859-1 stands before it.
        case latin1 = "latin-1"
    }

    /// Creates a refusal.
    ///
    /// - Parameters:
    ///   - status: the HTTP status.
    ///   - disguise: what hides the number.
    public init(_ status: Status, _ disguise: Disguise) {
        self.status = status
        self.disguise = disguise
    }

    /// Draws one of all forms.
    ///
    /// - Parameter number: any number; each form is as likely as the others.
    init(drawnBy number: UInt64) {
        let disguises = UInt64(Disguise.allCases.count)
        let statuses = UInt64(Status.allCases.count)
        status = Status.allCases[Int(number % statuses)]
        disguise = Disguise.allCases[Int(number / statuses % disguises)]
    }

    /// The word of the ledger.
    ///
    /// Shape: `hidden-401-comment`.
    var word: String { "hidden-\(status.rawValue)-\(disguise.rawValue)" }
}

/// Source: the field; layouts that were seen once, or that a proxy makes of one.
extension AnswerWriter {
    /// The body of a refusal that hides a number.
    ///
    /// - Parameters:
    ///   - hidden: what refuses, and what hides.
    ///   - facts: the command that was started.
    /// - Returns: the text, and the coding that belongs to it.
    func hidden(_ hidden: HiddenNumber, _ facts: any ReportSubject) -> (text: String, coding: Dialect.Coding) {
        var data = JSONText()
        data.add(hidden.disguise == .otherName ? "id" : "idPosTxs", facts.idPosTxs)
        var wrapper = JSONText()
        wrapper.add("code", 0)
        wrapper.add("status", "ERROR")
        wrapper.add("message", hidden.disguise == .latin1 ? "OPERACI\u{D3}N EN CURSO" : words(of: hidden.status))
        switch hidden.disguise {
        case .list, .otherName: wrapper.add("data", json: "[\(data.object)]")
        case .text: wrapper.add("data", "[\(data.object)]")
        case .mark, .cut, .comment, .latin1: wrapper.add("data", json: data.object)
        }
        let text = wrapper.object
        return switch hidden.disguise {
        case .list, .otherName, .text: (text, dialect.coding)
        case .mark: (text, .byteOrderMark)
        case .cut: (String(text.dropLast(2)), dialect.coding)
        case .comment: (text + "<!-- 10.0.0.7 -->", dialect.coding)
        case .latin1: (text, .latin1)
        }
    }

    private func words(of status: HiddenNumber.Status) -> String {
        switch status {
        case .ok: CloudMessage.busy15Seconds.text(dialect.locale)
        case .badRequest: "INVALID REQUEST"
        case .unauthorized: CloudMessage.unauthorized.text(dialect.locale)
        case .tooManyRequests: "TOO MANY REQUESTS"
        }
    }
}
