// SPDX-License-Identifier: Apache-2.0

internal import ServiceLifecycle

/// Looks at something again and again until the bridge stops.
protocol Watch: Service {
    /// How often it looks.
    static var interval: Duration { get }

    /// Looks once.
    func look()
}

extension Watch {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                look()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
