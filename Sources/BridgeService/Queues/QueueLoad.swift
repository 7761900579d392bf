// SPDX-License-Identifier: Apache-2.0

/// How much waits in a queue, and how long the oldest piece has waited, by a clock that does not jump.
struct QueueLoad: Sendable, Equatable {
    var count = 0
    var age = Duration.zero

    /// Two queues of the same work, taken as one.
    func joined(with other: QueueLoad) -> QueueLoad {
        QueueLoad(count: count + other.count, age: max(age, other.age))
    }
}
