// SPDX-License-Identifier: Apache-2.0

/// An answer of the cloud, parsed and masked: the wrapper, the identities, the terminal's result.
public struct CloudAnswer: Sendable, Equatable {
    /// The wrapper's code.
    public enum Code: Sendable, Equatable {
        /// 0: the cloud reports an error.
        case error
        /// 1: sent, or finished.
        case done
        /// 2: in process.
        case inProcess
        /// Anything else, or none.
        case unknown
    }

    /// The wrapper's code.
    public var code: Code
    /// The wrapper's text, for classes of errors and for people.
    public var message: String?
    /// Getnet's number, digits; where the terminal's object has another one, the number of the answer around it.
    public var idPosTxs: String?
    /// Our name of the transaction, echoed.
    public var customID: String?
    /// The name inside the terminal's object, where it differs from the name around it: that of a recorded command.
    public var recordedName: String?
    /// The terminal's object.
    public var result: TerminalResult?
    /// The whole answer as JSON, masked, for the record.
    public var masked: [UInt8]
    /// The sales of the terminal's open batch, where it is a list of them.
    public var journal: JournalList?

    /// An answer from its parts.
    public init(
        code: Code,
        message: String? = nil,
        idPosTxs: String? = nil,
        customID: String? = nil,
        recordedName: String? = nil,
        result: TerminalResult? = nil,
        masked: [UInt8] = [],
        journal: JournalList? = nil
    ) {
        self.code = code
        self.message = message
        self.idPosTxs = idPosTxs
        self.customID = customID
        self.recordedName = recordedName
        self.result = result
        self.masked = masked
        self.journal = journal
    }
}

extension CloudAnswer {
    /// Getnet's number: the answer's own, else the one in the terminal's object.
    var number: String? { idPosTxs ?? result?.idPosTxs }

    /// Whether the terminal's object names another command than the answer around it.
    ///
    /// Then it is the record that was asked for, or nothing can be decided on it.
    public var showsAnother: Bool { recordedName != nil || !Spelling.agree(idPosTxs, result?.idPosTxs) }
}

/// An answer that arrived, with its source and instant.
public struct Evidence: Sendable, Equatable {
    /// Where it came from.
    public let source: EvidenceSource
    /// What it says.
    public let answer: CloudAnswer
    /// When it arrived.
    public let receivedAt: Timestamp

    /// Evidence from its parts.
    public init(source: EvidenceSource, answer: CloudAnswer, receivedAt: Timestamp) {
        self.source = source
        self.answer = answer
        self.receivedAt = receivedAt
    }
}
