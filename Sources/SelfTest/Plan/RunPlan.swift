// SPDX-License-Identifier: Apache-2.0

import Rig

/// Everything that one run does, made from its seed and nothing else.
struct RunPlan: Sendable {
    /// How much a run does.
    struct Size: Sendable {
        /// Charges of one run, repetitions and rivals not counted.
        var charges = 24
        /// Terminals that they are spread over.
        var terminals = 8
    }

    /// A command that is handed to the broker.
    struct Sending: Sendable {
        /// After the beginning.
        let at: Duration
        let order: ChargeOrder
    }

    /// When something about a charge is sent.
    enum Moment: Sendable, Equatable {
        /// After the beginning.
        case at(Duration)
        /// After the queue delivered an event of it, the first one or its end; after ``longestWait`` in any case.
        case event(of: String, isFinal: Bool, then: Duration)
    }

    /// A message about a charge that is handed to the broker.
    struct FollowUpSending: Sendable, Equatable {
        let moment: Moment
        let followUp: FollowUp
    }

    /// Where the terminals are.
    enum Country: String, Sendable {
        case chile = "cl"
        case argentina = "ar"

        var currency: String { self == .chile ? "CLP" : "ARS" }
        /// Whether a terminal takes a sale back by its receipt.
        var hasVoids: Bool { self == .chile }
    }

    /// What only one run of twenty does.
    enum Special: Int, Sendable, CaseIterable {
        case brokerKilled
        case clockMoved
        case diskFilled
        case secondBridge
        case backupRestored
        case diskHangs
        case flooded = 9
        case numbersBegunAnew = 13
    }

    /// Runs of which each special one is one.
    static let specialEvery: UInt64 = 20
    /// Runs of which one is about doubt.
    static let doubtfulEvery: UInt64 = 4
    /// Runs of which one is about receipts, and one, of those in Argentina, about cancels.
    static let themedEvery: UInt64 = 10
    /// Runs of which one loses what was sent to the broker, acknowledgements among it.
    static let loseEvery: UInt64 = 3
    /// Runs of which one has a cloud that takes tokens away.
    static let revokeEvery: UInt64 = 7
    /// Runs of which one has a subscriber whose queue is full and refuses.
    static let fullQueueEvery: UInt64 = 4
    /// Commands are sent over this time.
    static let sendingTime = 3_000
    /// Runs of which one is in Argentina, where terminals can be told to end a sale.
    static let argentineEvery: UInt64 = 5
    /// How long a final sale keeps its number where numbers begin anew.
    static let numberKept = Duration.seconds(3)
    /// The longest wait for an event of a charge.
    static let longestWait = Duration.seconds(6)
    /// No disturbance is longer: a POST that is held back for so long still ends within the terminal's life.
    static let longestHold = 600

    let seed: UInt64
    let special: Special?
    let country: Country
    let orders: [ChargeOrder]
    let sendings: [Sending]
    let followUps: [FollowUpSending]
    let disturbances: [Disturbance]

    /// Whether one subscriber's queue is full and refuses the events on the way.
    var hasFullQueue: Bool { seed % Self.fullQueueEvery == 1 }

    /// Which terminals' clocks are off.
    let clocks: PlannedClocks

    /// What the simulator's chance does, and how often.
    let faults: [String: Double]

    /// The plan of a seed.
    init(seed: UInt64, size: Size = Size()) {
        var random = SeededGenerator(seed: seed)
        let special = Special(rawValue: Int(seed % Self.specialEvery))
        let theme = Theme(of: seed)
        faults = theme.faults
        var load = theme == .doubt ? PlannedLoad.ofTwins(seed: seed, size: size) : PlannedLoad(seed: seed, size: size)
        country = seed % Self.argentineEvery == 1 ? .argentina : .chile
        load.currency = country.currency
        if special == .numbersBegunAnew { load.time = 3 * Self.sendingTime }
        load.draw(hasRivals: special != .clockMoved, &random)
        let instants = load.sendings.map { ($0.order.commandID, $0.at) }
        followUps =
            PlannedFollowUps(
                about: load.orders,
                sentAt: Dictionary(instants, uniquingKeysWith: min),
                in: country,
                seed: seed,
                theme: theme
            ).sendings
        self.seed = seed
        self.special = special
        orders = load.orders
        clocks = PlannedClocks(of: Set(load.orders.map(\.terminal)), seed: seed)
        sendings = load.sendings.sorted { $0.at < $1.at }
        disturbances = Self.disturbances(seed, special, &random)
    }

    private static func disturbances(
        _ seed: UInt64,
        _ special: Special?,
        _ random: inout SeededGenerator
    ) -> [Disturbance] {
        typealias Action = Disturbance.Action
        func hold(_ random: inout SeededGenerator) -> Duration {
            .milliseconds(Int.random(in: 50...longestHold, using: &random))
        }
        func link(_ random: inout SeededGenerator) -> Disturbance.Link {
            Disturbance.Link.allCases[Int.random(in: 0..<3, using: &random)]
        }
        var actions: [Action] = [
            .killBridge, .killBridge, .stop(.bridge, hold(&random)), .stop(.simulator, hold(&random)),
        ]
        for _ in 0..<2 { actions.append(.cut(link(&random))) }
        for _ in 0..<2 {
            let way = Int.random(in: 1...3, using: &random)
            actions.append(.stall(link(&random), answers: way & 1 > 0, requests: way & 2 > 0, hold(&random)))
        }
        switch special {
        case .brokerKilled: actions.append(.killBroker)
        case .clockMoved:
            let jumps: [Int64] = [-3_600_000, -90_000, -3_000, 3_000, 90_000, 3_600_000]
            for _ in 0..<3 { actions.append(.moveClock(jumps[Int.random(in: 0..<jumps.count, using: &random)])) }
        case .diskFilled: actions.append(.fillDisk(hold(&random)))
        case .secondBridge: actions.append(.secondBridge(.milliseconds(1_200)))
        case .flooded:
            actions.append(.flood(.sales, hold(&random)))
            actions.append(.flood(.questions, hold(&random)))
        case .diskHangs: for _ in 0..<3 { actions.append(.hangDisk(hold(&random) * 2)) }
        case .backupRestored: actions.append(.restoreBackup(after: hold(&random)))
        // At the end: what had these numbers before is old by then.
        case .numbersBegunAnew, nil: break
        }
        // Drawn last, so that the other disturbances of a seed stay what they are.
        if seed % loseEvery == 0 { actions.append(.lose(.broker, hold(&random))) }
        if seed % revokeEvery == revokeEvery - 1 { actions.append(.revokeTokens(5)) }
        actions.shuffle(using: &random)
        let disturbances = actions.map { action in
            Disturbance(pause: .milliseconds(Int.random(in: 60...350, using: &random)), action: action)
        }
        guard special == .numbersBegunAnew else { return disturbances }
        return disturbances + [Disturbance(pause: .seconds(1), action: .beginNumbersAnew)]
    }
}
