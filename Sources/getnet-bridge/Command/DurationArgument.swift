// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import BridgeSettings

/// A length of time as the configuration writes it: `500ms`, `30s`, `2m`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(unitText: argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { duration.unitText }
}
