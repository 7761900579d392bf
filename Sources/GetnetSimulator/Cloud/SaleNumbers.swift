// SPDX-License-Identifier: Apache-2.0

/// Which number of the cloud a POST of a sale gets, and whose it is.
///
/// The counter may fall back to where it began, as that of a test environment does that is set up anew. Then a number
/// means the latest sale that got it.
struct SaleNumbers: Sendable {
    private let first: Int
    /// The first POST of each count, the latest last.
    private var beginnings = [0]

    /// Creates a counter.
    ///
    /// - Parameter first: the number of the first POST.
    init(first: Int) { self.first = first }

    /// Lets the counter fall back.
    ///
    /// - Parameter post: the number in the ledger of the next POST.
    mutating func beginAnew(with post: Int) {
        if post > beginnings.last ?? 0 { beginnings.append(post) }
    }

    /// The cloud's number of a POST.
    func number(of post: Int) -> Int { first + post - (beginnings.last { $0 <= post } ?? 0) }

    /// The latest POST with a number of the cloud; there may be none with it yet.
    ///
    /// - Parameters:
    ///   - number: the cloud's.
    ///   - next: the number in the ledger of the next POST.
    /// - Returns: its number in the ledger.
    func post(_ number: Int, before next: Int) -> Int {
        var end = next
        for beginning in beginnings.reversed() {
            let post = number - first + beginning
            if post >= beginning, post < end { return post }
            end = beginning
        }
        return number - first
    }
}

extension CloudState {
    /// Lets the numbers of sales begin anew.
    mutating func beginNumbersAnew() { numbers.beginAnew(with: ledger.nextNumber) }

    /// The latest POST with a number of the cloud.
    func post(_ idPosTxs: Int) -> Int { numbers.post(idPosTxs, before: ledger.nextNumber) }
}
