// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import ServiceLifecycle

/// The first service to stop: it turns readiness off and waits while load balancers notice.
///
/// Source: docs/promises.md 6.4.
struct GracefulDelay: Service {
    let gate: CommandGate
    let stop: StopDeadline
    let delay: Duration
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        logger.info("stopping: not ready any more, still answering callbacks")
        gate.close(.shutdown, because: "the process is stopping")
        try? await Task.sleep(for: delay)
        stop.start()
    }
}
