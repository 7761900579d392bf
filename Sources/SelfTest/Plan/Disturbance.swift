// SPDX-License-Identifier: Apache-2.0

/// Something that is done to a run, and the pause before it.
struct Disturbance: Sendable, Equatable, CustomStringConvertible {
    /// A connection that a proxy stands in.
    enum Link: String, Sendable, CaseIterable {
        /// The bridge to the broker.
        case broker
        /// The bridge to the simulator.
        case cloud
        /// The simulator to the bridge.
        case callbacks
    }

    /// A process that can be stopped for a while.
    enum Program: String, Sendable, CaseIterable {
        case bridge
        case simulator
    }

    /// What the cloud answers alike for a while.
    enum Flood: String, Sendable, CaseIterable {
        /// Every POST of a sale, with 503.
        case sales
        /// Every question, with 429 and a second of `Retry-After`.
        case questions
    }

    /// What is done.
    enum Action: Sendable, Equatable {
        /// SIGKILL, and a new start at once.
        case killBridge
        /// All connections of a link are closed.
        case cut(Link)
        /// A link is not read for a while, in one direction or both.
        case stall(Link, answers: Bool, requests: Bool, Duration)
        /// What is sent over a link is not delivered for a while, then the connection is closed.
        ///
        /// Nothing of what was sent arrives, not even acknowledgements.
        case lose(Link, Duration)
        /// The cloud accepts no token that it gave out, so many times, a fifth of a second apart.
        case revokeTokens(Int)
        /// The cloud answers everything of a kind alike for a while, and starts nothing of it.
        case flood(Flood, Duration)
        /// Getnet's numbers of sales fall back to those that it gave out first.
        case beginNumbersAnew
        /// SIGSTOP, and SIGCONT after a while.
        case stop(Program, Duration)
        /// SIGKILL, and a new start at once.
        case killBroker
        /// The bridge's clock is this many milliseconds ahead from now on.
        case moveClock(Int64)
        /// The bridge may not write beyond what its files have now, until it is killed and started anew.
        case fillDisk(Duration)
        /// What the bridge writes to its disk is not known to be there for a while.
        case hangDisk(Duration)
        /// A second bridge with an empty store of its own is there for a while.
        case secondBridge(Duration)
        /// A copy of the store is made, and takes its place a while later, as after the loss of a disk.
        case restoreBackup(after: Duration)
    }

    /// After the end of the one before, or after the beginning.
    let pause: Duration
    /// What is done.
    let action: Action

    var description: String { "+\(pause.inMilliseconds) \(action)" }
}

extension Disturbance.Action: CustomStringConvertible {
    /// One word, by which they are counted.
    var name: String {
        switch self {
        case .killBridge: "kill bridge"
        case .cut(let link): "cut \(link.rawValue)"
        case .stall(let link, _, _, _): "stall \(link.rawValue)"
        case .lose(let link, _): "lose \(link.rawValue)"
        case .revokeTokens: "revoke tokens"
        case .beginNumbersAnew: "begin numbers anew"
        case .flood(let kind, _): "flood \(kind.rawValue)"
        case .stop(let program, _): "stop \(program.rawValue)"
        case .killBroker: "kill broker"
        case .moveClock: "move clock"
        case .fillDisk: "fill disk"
        case .hangDisk: "hang disk"
        case .secondBridge: "second bridge"
        case .restoreBackup: "restore backup"
        }
    }

    var description: String {
        switch self {
        case .killBridge, .cut, .killBroker, .beginNumbersAnew: name
        case .stall(_, let answers, let requests, let length):
            "\(name) \(requests ? ">" : "")\(answers ? "<" : "") \(length.inMilliseconds)"
        case .revokeTokens(let times): "\(name) \(times)"
        case .lose(_, let length), .flood(_, let length), .stop(_, let length), .fillDisk(let length),
            .hangDisk(let length),
            .secondBridge(let length), .restoreBackup(let length):
            "\(name) \(length.inMilliseconds)"
        case .moveClock(let offset): "\(name) \(offset)"
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
