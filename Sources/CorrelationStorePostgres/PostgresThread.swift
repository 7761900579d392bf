// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// A session with a thread of its own, on which alone it is used.
///
/// `@unchecked Sendable`: the session is touched by blocks of the serial queue only.
final class PostgresThread: @unchecked Sendable {
    private let queue: DispatchQueue
    private let address: PostgresAddress
    private var session: PostgresSession?

    /// A thread whose session is made when it is needed.
    init(_ address: PostgresAddress, name: String) {
        self.address = address
        queue = DispatchQueue(label: name)
    }

    /// Runs a block with the session and waits for it; connects if there is none.
    func run<Value>(_ body: (PostgresSession) throws -> Value) throws -> Value {
        try queue.sync { try attempt(body) }
    }

    /// Runs a block later; a question may be asked a second time, on a new connection, if the first one broke.
    func ask<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresSession) throws -> Value,
        then: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        queue.async {
            let wasThere = self.session != nil
            var result = Result { try self.attempt(body) }
            if case .failure = result, wasThere, self.session == nil { result = Result { try self.attempt(body) } }
            then(result)
        }
    }

    /// Gives the session that is there to a block, which keeps it and the thread as long as it runs.
    func take(_ body: @escaping @Sendable (PostgresSession) -> Void) {
        queue.async {
            guard let session = self.session else { return }
            self.session = nil
            body(session)
        }
    }

    /// Ends the session after what waits.
    func close() { queue.sync { session = nil } }

    private func attempt<Value>(_ body: (PostgresSession) throws -> Value) throws -> Value {
        let session = try self.session ?? PostgresSession(address)
        self.session = session
        do {
            let value = try body(session)
            try session.sync()
            return value
        } catch {
            session.abandon()
            if session.isBroken { self.session = nil }
            throw error
        }
    }
}
