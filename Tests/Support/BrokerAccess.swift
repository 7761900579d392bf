// SPDX-License-Identifier: Apache-2.0

/// Lets many tests use the node at once, or one test alone.
actor BrokerAccess {
    private var users = 0
    private var isAlone = false
    private var waiting: [(wantsAlone: Bool, continuation: CheckedContinuation<Void, Never>)] = []

    func enter(alone: Bool) async {
        if waiting.isEmpty, isFree(alone: alone) {
            take(alone: alone)
        } else {
            await withCheckedContinuation { waiting.append((alone, $0)) }
        }
    }

    func leave(alone: Bool) {
        if alone { isAlone = false } else { users -= 1 }
        // Tests go in the order of their arrival, so that no test waits for ever.
        while let next = waiting.first, isFree(alone: next.wantsAlone) {
            waiting.removeFirst()
            take(alone: next.wantsAlone)
            next.continuation.resume()
        }
    }

    private func isFree(alone: Bool) -> Bool { !isAlone && (!alone || users == 0) }

    private func take(alone: Bool) {
        if alone { isAlone = true } else { users += 1 }
    }
}
