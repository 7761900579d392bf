// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Reads `…/callbacks/{transactionId}?token=…`, with or without the path that the public URL has in front.
///
/// A proxy may strip that path or not; both reach the listener.
struct CallbackPath: Sendable {
    /// What stood in the URL; a part that has not its shape is absent.
    struct Address: Equatable {
        let id: TransactionID?
        let token: Substring?
    }

    private let prefixes: [String]

    /// A reader for a public URL.
    init(publicURL: String) {
        let afterScheme = publicURL.range(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
        var path = afterScheme.firstIndex(of: "/").map { String(afterScheme[$0...]) } ?? ""
        path = RequestTarget.normalizedPath(path[...]) ?? path
        while path.hasSuffix("/") { path.removeLast() }
        prefixes = path.isEmpty ? ["/callbacks/"] : [path + "/callbacks/", "/callbacks/"]
    }

    /// The address in a request's target; `nil` if the target is no callback.
    ///
    /// What RFC 3986, section 6.2.2, calls equivalent reads the same: escapes of unreserved characters in either case,
    /// and segments of dots. An escaped `/`, `=` or `&` is data and separates nothing; `//` is another path than `/`.
    /// Other members of the query may stand before and behind the token.
    func read(_ target: String) -> Address? {
        let parts = RequestTarget.withoutAuthority(target[...]).utf8.split(
            separator: UInt8(ascii: "?"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let path = parts.first.flatMap({ RequestTarget.normalizedPath(Substring($0)) }),
            let prefix = prefixes.first(where: { path.utf8.starts(with: $0.utf8) })
        else { return nil }
        let name = path.utf8.dropFirst(prefix.utf8.count)
        guard !name.isEmpty, !name.contains(UInt8(ascii: "/")) else { return nil }
        let token = parts.count == 2 ? Self.token(in: parts[1]) : nil
        return Address(id: TransactionID(String(Substring(name))), token: token)
    }

    private static func token(in query: Substring.UTF8View) -> Substring? {
        for member in query.split(separator: UInt8(ascii: "&")) {
            let words = member.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, RequestTarget.unescaped(Substring(words[0])) == "token" else { continue }
            return RequestTarget.unescaped(Substring(words[1])).map { $0[...] }
        }
        return nil
    }
}

extension String {
    fileprivate func range(of needle: String) -> Range<String.Index>? {
        ranges(of: needle).first
    }
}
