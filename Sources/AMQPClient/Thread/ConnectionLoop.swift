// SPDX-License-Identifier: Apache-2.0

import Logging

/// What happens to a connection, for code that counts and shows it.
public enum AMQPConnectionEvent: Sendable, Equatable {
    /// It came about; the text names the broker's product and version.
    case connected(server: String)
    /// It did not come about; the next attempt is after the given time.
    case connectFailed(AMQPError, retryIn: Duration)
    /// It broke; the next attempt is after the given time.
    case lost(AMQPError, retryIn: Duration)
    /// The broker closed a publisher's channel because of a publish; the connection lives on.
    case channelClosed(code: Int, text: String)
    /// The broker accepts no publishes for now.
    case blocked(reason: String)
    /// The broker accepts publishes again.
    case unblocked
    /// A consumer's state changed.
    case consumer(AMQPConsumerState)
}

/// An actor that owns a connection on a thread of its own.
protocol LinkOwner: Actor {
    /// Opens the connection and answers the broker's name and version.
    func connect() throws(AMQPError) -> String
    /// Returns once the connection has ended: why, or `nil` if that was asked for.
    func untilEnded() async -> AMQPError?
    /// Whether the end was requested.
    nonisolated var isEnding: Bool { get }
    /// Ends the connection in order; it is not opened again.
    nonisolated func requestEnd()
}

/// Keeps a connection up for ever: opens it, waits for its end, waits a little, opens it again.
struct ConnectionLoop: Sendable {
    private static let watchInterval: Duration = .seconds(1)

    let endpoint: AMQPEndpoint
    let lease: SocketLease
    let stallLimit: Duration
    let logger: Logger
    let onEvent: @Sendable (AMQPConnectionEvent) -> Void

    /// Runs until the task is cancelled or the owner's end was requested.
    func run(_ owner: some LinkOwner) async {
        // Not a child, which a cancellation would end before the farewell that it guards.
        let guardian = Task { await watch() }
        await withTaskCancellationHandler {
            await keepConnected(owner)
        } onCancel: {
            owner.requestEnd()
        }
        guardian.cancel()
        await guardian.value
    }

    private func keepConnected(_ owner: some LinkOwner) async {
        var schedule = ReconnectSchedule()
        while !owner.isEnding {
            do throws(AMQPError) {
                let server = try await owner.connect()
                let start = ContinuousClock.now
                logger.info("connected", metadata: [LogKey.server: "\(endpoint)", LogKey.broker: "\(server)"])
                onEvent(.connected(server: server))
                guard let reason = await owner.untilEnded() else { return }
                await pause(&schedule, after: reason, lasted: .now - start)
            } catch {
                await pause(&schedule, after: error, lasted: nil)
            }
        }
    }

    private func pause(_ schedule: inout ReconnectSchedule, after error: AMQPError, lasted: Duration?) async {
        let delay = schedule.delay(afterConnectionLasting: lasted, random: .random(in: 0...1))
        logger.warning(
            lasted == nil ? "cannot connect to the broker" : "connection to the broker lost",
            metadata: [LogKey.server: "\(endpoint)", LogKey.error: "\(error)", LogKey.retryIn: "\(delay)"]
        )
        onEvent(lasted == nil ? .connectFailed(error, retryIn: delay) : .lost(error, retryIn: delay))
        // Cancellation requests the end, which the caller looks at.
        try? await Task.sleep(for: delay)
    }

    /// Frees a thread that hangs in a send.
    private func watch() async {
        while !Task.isCancelled {
            if lease.interruptIfBusy(forLongerThan: stallLimit, at: .now) {
                logger.warning("a write to the broker hung; its socket was shut down")
            }
            // Cancellation is the loop's condition.
            try? await Task.sleep(for: Self.watchInterval)
        }
    }
}
