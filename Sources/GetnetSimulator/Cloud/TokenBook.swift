// SPDX-License-Identifier: Apache-2.0

/// The tokens that were handed out, several alive at once.
///
/// Limits: ``maximumTokens`` alive; the oldest goes first.
struct TokenBook {
    /// How many tokens may be alive at once.
    static let maximumTokens = 1_000

    private var expiries: [String: Duration] = [:]
    private var order: [String] = []
    private var random: SeededRandom

    /// Creates an empty book.
    ///
    /// - Parameter seed: where the tokens come from.
    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// Hands out a token that looks like a JWT; only this book can read it.
    mutating func issue(until expiry: Duration) -> String {
        let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + letters(120) + "." + letters(43)
        expiries[token] = expiry
        order.append(token)
        if order.count > Self.maximumTokens { expiries[order.removeFirst()] = nil }
        return token
    }

    /// Whether a token is good.
    func accepts(_ token: String, at now: Duration) -> Bool {
        expiries[token].map { now < $0 } ?? false
    }

    /// Makes a token no longer good.
    ///
    /// - Parameter token: the token, known or not.
    mutating func revoke(_ token: String) {
        expiries[token] = nil
        order.removeAll { $0 == token }
    }

    /// Makes every token no longer good.
    mutating func revokeAll() {
        expiries = [:]
        order = []
    }

    private mutating func letters(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
    }
}
