// SPDX-License-Identifier: Apache-2.0

internal import BridgeSettings

/// How far the telling of events is behind, as one look found it.
struct OutboxLag: Equatable {
    /// What the relay knows of the outbox.
    enum Reading: Equatable {
        /// Nothing yet.
        case never
        /// Everything that was there when it last looked.
        case current
        /// A read that does not succeed has been under way for so long.
        case pending(Duration)
    }

    /// How old the oldest entry is that was not yet published; `nil` if none is held.
    var oldest: Duration?
    var reading: Reading
    /// The routing keys that the broker refuses, in order.
    var refusedKeys: [String] = []

    /// How many refused keys are named; the rest is a number.
    static let namedKeys = 3

    /// Why no command may be taken; `nil` if nothing speaks against it.
    ///
    /// Half of the time must be won back before commands are taken again: each time the consumer is cancelled,
    /// deliveries go back to the queue and come nearer to its delivery limit.
    func obstacle(holdAfter: Duration, isHolding: Bool) -> String? {
        let limit = isHolding ? holdAfter / 2 : holdAfter
        switch reading {
        case .never: return "the outbox was not read yet"
        case .pending(let duration) where duration > limit: return "the outbox has not been read for \(limit.unitText)"
        case .pending, .current: break
        }
        guard let oldest, oldest > limit else { return nil }
        let why = isHolding ? ", half of what held commands (outbox.holdCommandsAfter)" : " (outbox.holdCommandsAfter)"
        return "the oldest unsent event is older than \(limit.unitText)\(why)" + (remark.map { "; \($0)" } ?? "")
    }

    /// What a person should know although it stops nothing; `nil` if there is nothing.
    var remark: String? {
        guard !refusedKeys.isEmpty else { return nil }
        let named = refusedKeys.prefix(Self.namedKeys).joined(separator: ", ")
        let rest = refusedKeys.count - Self.namedKeys
        return "the broker refuses (is a queue bound to it full?): \(named)\(rest > 0 ? " and \(rest) more" : "")"
    }
}
