// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt to connect.
///
/// The wait doubles from `first` to `longest` and is spread by half, so that many clients of one broker do not come
/// back in step: 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5 … seconds, each times a factor from 0.5 to 1. It never gives up. A
/// connection that lasted `stableAfter` starts it anew; one that breaks at once does not, else a broker that closes
/// every connection would be hammered.
struct ReconnectSchedule: Sendable {
    var first: Duration = .milliseconds(100)
    var longest: Duration = .seconds(5)
    var stableAfter: Duration = .seconds(5)

    private var failures = 0

    init() {}

    /// Answers how long to wait.
    ///
    /// `lasted` is how long the connection lived that has just ended, `nil` if none came about; `random` is from 0 to
    /// 1.
    mutating func delay(afterConnectionLasting lasted: Duration?, random: Double) -> Duration {
        precondition((0...1).contains(random), "the random number is from 0 to 1")
        if let lasted, lasted >= stableAfter {
            failures = 0
        }
        var delay = first
        for _ in 0..<failures where delay < longest {
            delay = min(delay * 2, longest)
        }
        if delay < longest {
            failures += 1
        }
        return delay * (0.5 + random / 2)
    }
}
