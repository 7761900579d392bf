// SPDX-License-Identifier: Apache-2.0

/// Bounds what is on its way to the broker, by count and by bytes, and keeps the rest waiting in order.
///
/// Pure. A publish is counted from `enter` to `leave`.
struct PublishWindow {
    private let messageLimit: Int
    private let byteLimit: Int
    private(set) var messages = 0
    private(set) var bytes = 0
    /// Why the broker wants nothing more for now, if so.
    var blocked: String?

    init(_ limits: PublishLimits) {
        precondition(limits.inFlightMessages > 0, "a window holds at least one message")
        messageLimit = limits.inFlightMessages
        byteLimit = limits.inFlightBytes
    }

    /// Whether a message of this many bytes may be sent now.
    ///
    /// One that is larger than the window may go alone.
    func admits(bytes size: Int) -> Bool {
        guard blocked == nil else { return false }
        return messages == 0 || (messages < messageLimit && bytes + size <= byteLimit)
    }

    mutating func enter(bytes size: Int) {
        precondition(admits(bytes: size), "the window was asked before")
        messages += 1
        bytes += size
    }

    mutating func leave(bytes size: Int) {
        precondition(messages > 0 && bytes >= size, "only what entered leaves")
        messages -= 1
        bytes -= size
    }
}
