// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers
internal import NIOCore

/// The open connections of one port, at most so many.
///
/// A connection that comes beyond the limit takes the place of the one that has waited longest for its request: a
/// request that is sent whole arrives at once, and connections that send slowly or nothing cannot keep others out.
final class ConnectionRegister: Sendable {
    private struct Entry {
        let channel: any Channel
        /// Since when the port waits for its client; `nil` while a request is answered.
        var waitsSince: ContinuousClock.Instant?
    }

    private let limit: Int
    private let entries = NIOLockedValueBox<[ObjectIdentifier: Entry]>([:])

    /// An empty register for at most so many connections.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many connections are open.
    var count: Int { entries.withLockedValue { $0.count } }

    /// Enters a connection; `false` if there is no room because every other one is being answered.
    func enter(_ channel: any Channel) -> Bool {
        let (isEntered, ended) = entries.withLockedValue { entries -> (Bool, (any Channel)?) in
            var ended: (any Channel)?
            if entries.count >= limit {
                let waiting = entries.compactMap { id, entry in entry.waitsSince.map { (id, $0) } }
                guard let oldest = waiting.min(by: { $0.1 < $1.1 }) else { return (false, nil) }
                ended = entries.removeValue(forKey: oldest.0)?.channel
            }
            entries[ObjectIdentifier(channel)] = Entry(channel: channel, waitsSince: .now)
            return (true, ended)
        }
        ended?.close(promise: nil)
        return isEntered
    }

    /// Says that a request of a connection is here, or that it was answered.
    func note(_ channel: any Channel, isAnswering: Bool) {
        entries.withLockedValue { $0[ObjectIdentifier(channel)]?.waitsSince = isAnswering ? nil : .now }
    }

    /// Takes a connection out that is closed.
    func leave(_ channel: any Channel) {
        entries.withLockedValue { entries in _ = entries.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}
