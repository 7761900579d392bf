// SPDX-License-Identifier: Apache-2.0

/// Where evidence came from.
public enum EvidenceSource: String, Sendable, Hashable, CaseIterable {
    /// Getnet's POST to the callback listener.
    case callback
    /// The answer to a status query.
    case query
    /// The answer to the sale itself.
    case acknowledgement
    /// A row of the terminal's journal.
    case journal
    /// A named person.
    case `operator`
}
