// SPDX-License-Identifier: Apache-2.0

/// A condition that did not come true in time.
public struct NeverHappened: Error, CustomStringConvertible {
    /// What was waited for.
    public let what: String
    /// How long.
    public let limit: Duration

    /// One line for the test's report.
    public var description: String { "within \(limit) it never happened that \(what)" }
}

/// Waits until a condition holds.
///
/// Throws: `NeverHappened` after `limit`.
public func eventually(
    _ what: String,
    within limit: Duration = .seconds(60),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs something that does not end by itself beside `body`, and ends it afterwards.
public func withRunning<Value: Sendable>(
    _ run: @escaping @Sendable () async -> Void,
    _ body: () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await run() }
        defer { group.cancelAll() }
        return try await body()
    }
}
