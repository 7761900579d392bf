// SPDX-License-Identifier: Apache-2.0

/// In which spellings two identities of the cloud are one.
///
/// Callback, query and journal write the same number, ticket or authorization differently: as a number or as text, with
/// or without zeros in front, in upper or lower case, with a time that is a second apart. Only this place decides what
/// such a difference means.
/// *Source*: `docs/decisions/0012-identities.md`.
public enum Spelling {
    /// Times of one result differ by at most so many seconds between two reports of it.
    static let timeTolerance: Int64 = 2
    /// A shorter beginning of a ticket names nothing.
    static let shortestCut = 12

    /// What all spellings of an identity share: in upper case, without zeros in front.
    public static func key(_ text: String) -> String {
        let bytes = text.utf8
        let isPlain = bytes.first != UInt8(ascii: "0") && !bytes.contains { (97...122).contains($0) }
        guard !isPlain else { return text }
        return String(decoding: bytes.map { (97...122).contains($0) ? $0 - 32 : $0 }.drop { $0 == 48 }, as: UTF8.self)
    }

    /// Whether two identities are one, as far as both sides have one.
    public static func agree(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return true }
        return left == right || key(left) == key(right)
    }

    /// Whether both sides have an identity, and it is one.
    public static func isOne(_ left: String?, _ right: String?) -> Bool {
        left != nil && right != nil && agree(left, right)
    }

    /// Whether a ticket is the beginning of a reference, which some terminals cut.
    static func isCut(_ ticket: String, of reference: String) -> Bool {
        ticket.utf8.count >= shortestCut && key(reference).hasPrefix(key(ticket))
    }

    /// Whether two local times of terminals, `YYYY-MM-DD HH:mm:ss`, may be one.
    public static func isSameTime(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        guard let first = seconds(left), let second = seconds(right) else { return false }
        return abs(first - second) <= timeTolerance
    }

    private static func seconds(_ text: String) -> Int64? {
        guard text.utf8.count == 19 else { return nil }
        return Timestamp.withoutZone(text).map { $0.milliseconds / 1_000 }
    }
}
