// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// Waits for a piece of work at most so long; the work itself goes on to its end.
///
/// - Returns: What it came to; `nil` where that takes longer.
func outcome<Value: Sendable>(
    within limit: Duration,
    of work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withCheckedContinuation { continuation in
        let waiting = NIOLockedValueBox<CheckedContinuation<Value?, Never>?>(continuation)
        func resume(_ value: Value?) {
            let taken = waiting.withLockedValue { waiting in
                defer { waiting = nil }
                return waiting
            }
            taken?.resume(returning: value)
        }
        let timer = Task {
            try? await Task.sleep(for: limit)
            resume(nil)
        }
        Task {
            resume(await work())
            timer.cancel()
        }
    }
}
