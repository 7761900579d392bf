// SPDX-License-Identifier: Apache-2.0

/// Keeps which deliveries of a channel are not settled, and says what to write to settle them.
///
/// Pure. It settles a delivery at most once, never one of another epoch, and turns the acknowledged beginning of the
/// unsettled deliveries into a single acknowledgement of many.
struct DeliveryLedger {
    /// What to write.
    enum Settlement: Equatable {
        case acknowledge(tag: UInt64, multiple: Bool)
        /// To the dead letters, or away where the queue has none.
        case reject(tag: UInt64)
        /// Back to the queue, without blame.
        case handBack(tag: UInt64)
    }

    private enum Entry {
        case open
        case acknowledged
        case done
    }

    private(set) var epoch: UInt64 = 0
    private var entries = FIFO<Entry>()
    private var oldestTag: UInt64 = 1
    private var rejections: [Settlement] = []
    private var acknowledgedAlone: [UInt64] = []

    /// How many deliveries are not settled.
    private(set) var unsettled = 0
    /// How many deliveries the broker waits for: those that are not settled, and those whose verdict is not written.
    private(set) var outstanding = 0

    /// Starts a new channel: tags begin at 1, and nothing of the one before is settled any more.
    mutating func begin() {
        epoch += 1
        _ = entries.removeAll()
        oldestTag = 1
        rejections.removeAll()
        acknowledgedAlone.removeAll()
        unsettled = 0
        outstanding = 0
    }

    /// Notes a delivery; `nil` if its tag does not follow the one before, as no honest broker does.
    mutating func record(tag: UInt64) -> DeliveryToken? {
        guard tag == oldestTag + UInt64(entries.count) else { return nil }
        entries.append(.open)
        unsettled += 1
        outstanding += 1
        return DeliveryToken(epoch: epoch, tag: tag)
    }

    /// Notes a verdict; answers whether it still counts.
    mutating func settle(_ token: DeliveryToken, _ verdict: Verdict) -> Bool {
        guard token.epoch == epoch, token.tag >= oldestTag else { return false }
        let offset = Int(token.tag - oldestTag)
        guard offset < entries.count, case .open = entries[offset] else { return false }
        unsettled -= 1
        switch verdict {
        case .acknowledge:
            entries[offset] = .acknowledged
            acknowledgedAlone.append(token.tag)
        case .deadLetter:
            entries[offset] = .done
            rejections.append(.reject(tag: token.tag))
        case .requeue:
            entries[offset] = .done
            rejections.append(.handBack(tag: token.tag))
        }
        return true
    }

    /// Hands back everything that is not settled; answers how many those are.
    mutating func handBackAll() -> Int {
        let count = unsettled
        for offset in 0..<entries.count {
            guard case .open = entries[offset] else { continue }
            entries[offset] = .done
            rejections.append(.handBack(tag: oldestTag + UInt64(offset)))
        }
        unsettled = 0
        return count
    }

    /// Answers what to write for the verdicts noted since, and forgets it.
    mutating func flush(into settlements: inout [Settlement]) {
        outstanding = unsettled
        settlements.append(contentsOf: rejections)
        rejections.removeAll(keepingCapacity: true)

        var last: UInt64?
        var count = 0
        popping: while let entry = entries.first {
            switch entry {
            case .open: break popping
            case .acknowledged:
                last = oldestTag
                count += 1
            case .done: break
            }
            _ = entries.popFirst()
            oldestTag += 1
        }
        if let last {
            settlements.append(.acknowledge(tag: last, multiple: count > 1))
        }
        for tag in acknowledgedAlone where tag >= oldestTag {
            settlements.append(.acknowledge(tag: tag, multiple: false))
            entries[Int(tag - oldestTag)] = .done
        }
        acknowledgedAlone.removeAll(keepingCapacity: true)
    }
}
