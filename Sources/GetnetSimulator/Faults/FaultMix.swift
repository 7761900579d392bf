// SPDX-License-Identifier: Apache-2.0

/// How likely each fault is, and the seed that decides where it strikes.
///
/// A decision depends on the seed, on the fault and on what it strikes, never on the order of arrival: for a sale on
/// its `ticketNumber` and the how-many-eth attempt with it this is, for a read of the journal on the terminal and the
/// how-many-eth read there. The same run meets the same faults again.
public struct FaultMix: Sendable, Equatable {
    /// Where every decision comes from.
    public var seed: UInt64 = 1
    /// How likely each fault is, 0 … 1; absent: never.
    public var probabilities: [Fault: Double] = [:]

    /// Creates a mix without faults.
    public init() {}

    /// What is wrong with the probabilities, in words; absent: nothing.
    ///
    /// Of faults that exclude each other the sum counts.
    public var problem: String? {
        if let (fault, _) = probabilities.first(where: { !(0...1).contains($0.value) }) {
            return "\(fault.rawValue): a probability is from 0 to 1"
        }
        for group in Fault.Group.allCases {
            let members = Fault.allCases.filter { $0.group == group }
            // Decimal fractions that make 1 on paper may make a little more here.
            if members.reduce(0, { $0 + (probabilities[$1] ?? 0) }) > 1 + 1e-9 {
                return "\(members.map(\.rawValue).joined(separator: ", ")): at most 1 together"
            }
        }
        return nil
    }
}

/// A fault mix that can be asked what strikes.
struct FaultDice: Sendable {
    private let seed: UInt64
    private let grouped: [Fault.Group: [(fault: Fault, probability: Double)]]
    private let alone: [(fault: Fault, probability: Double)]

    /// Prepares a mix.
    ///
    /// - Parameter mix: it has no ``FaultMix/problem``.
    init(_ mix: FaultMix) {
        if let problem = mix.problem { preconditionFailure("a fault mix is checked before it is used: \(problem)") }
        seed = mix.seed
        let likely = Fault.allCases.compactMap { fault in
            mix.probabilities[fault].flatMap { $0 > 0 ? (fault: fault, probability: $0) : nil }
        }
        alone = likely.filter { $0.fault.group == nil }
        grouped = Dictionary(
            grouping: likely.filter { $0.fault.group != nil },
            by: { $0.fault.group ?? .answer }
        )
    }

    /// Whether any sale can be struck.
    var concernsSales: Bool { !alone.isEmpty || Fault.Group.ofSales.contains { grouped[$0] != nil } }

    /// What strikes a sale.
    ///
    /// - Parameters:
    ///   - key: what tells the sale apart in every run.
    ///   - attempt: the how-many-eth POST of it this is.
    /// - Returns: the faults, before it is looked at which of them make sense together.
    func faults(ofSale key: String, attempt: Int) -> Set<Fault> {
        var faults = Set(Fault.Group.ofSales.compactMap { draw($0, key, attempt) })
        for (fault, probability) in alone where chance(fault.rawValue, key, attempt) < probability {
            faults.insert(fault)
        }
        return faults
    }

    /// What strikes a read of a journal.
    ///
    /// - Parameters:
    ///   - terminal: whose journal.
    ///   - number: the how-many-eth read there this is.
    /// - Returns: the fault.
    func fault(ofReadAt terminal: String, number: Int) -> Fault? {
        draw(.journal, terminal, number)
    }

    /// What is odd about a terminal for ever.
    ///
    /// - Parameter terminal: its ``Terminal/key(_:)``.
    /// - Returns: the fault.
    func fault(ofTerminal terminal: String) -> Fault? { draw(.terminal, terminal, 0) }

    /// A number that depends on the seed and on what is struck alone.
    ///
    /// - Parameters:
    ///   - purpose: what it decides, so that no two decisions hang together.
    ///   - key: what is struck.
    ///   - attempt: the how-many-eth time.
    /// - Returns: the number.
    func number(_ purpose: String, _ key: String, _ attempt: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        purpose.utf8.forEach(add)
        add(0)
        key.utf8.forEach(add)
        var random = SeededRandom(seed: hash &+ UInt64(truncatingIfNeeded: attempt) &* 0x2545_F491_4F6C_DD1D)
        return random.next()
    }

    private func draw(_ group: Fault.Group, _ key: String, _ number: Int) -> Fault? {
        guard let faults = grouped[group] else { return nil }
        var rest = chance(group.rawValue, key, number)
        for (fault, probability) in faults {
            rest -= probability
            if rest < 0 { return fault }
        }
        return nil
    }

    /// A number from 0 to below 1.
    private func chance(_ purpose: String, _ key: String, _ attempt: Int) -> Double {
        Double(number(purpose, key, attempt) >> 11) * 0x1p-53
    }
}

/// How often each sale was POSTed so far.
///
/// Limits: the latest `limit` sales; an older sale that comes again counts as new.
struct AttemptBook: Sendable {
    private let limit: Int
    private var counts: [String: Int] = [:]
    private var order: [String] = []
    private var oldest = 0

    /// Creates an empty book.
    ///
    /// - Parameter limit: how many sales are remembered.
    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a POST.
    ///
    /// - Parameter key: what tells its sale apart.
    /// - Returns: the how-many-eth POST of it this is, from 1.
    mutating func count(_ key: String) -> Int {
        if let earlier = counts[key] {
            counts[key] = earlier + 1
            return earlier + 1
        }
        counts[key] = 1
        if order.count < limit {
            order.append(key)
        } else {
            counts[order[oldest]] = nil
            order[oldest] = key
            oldest = (oldest + 1) % limit
        }
        return 1
    }
}
