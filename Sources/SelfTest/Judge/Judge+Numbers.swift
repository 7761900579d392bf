// SPDX-License-Identifier: Apache-2.0

/// Getnet's numbers, which may begin anew.
extension Judge {
    /// Every POST that got a number, by it.
    var postsByNumber: [String: [TerminalPost]] {
        Dictionary(grouping: ledgers.posts.filter { $0.number != nil }) { $0.number ?? "" }
    }

    /// Whether a transaction's number means nothing.
    ///
    /// It was given out again later, or while its former owner still needed it.
    func hasWorthlessNumber(_ id: String) -> Bool {
        guard let kept = ledgers.numberKept else { return false }
        let all = postsByNumber
        return (posts[id] ?? []).contains { post in
            (all[post.number ?? ""] ?? []).contains { other in
                guard other.customID != id else { return false }
                guard other.receivedAt < post.receivedAt, let owner = transactions[other.customID ?? ""] else {
                    return true
                }
                return !Self.isFinal(owner.status) || (owner.completedAt ?? .max) + kept > post.receivedAt
            }
        }
    }
}
