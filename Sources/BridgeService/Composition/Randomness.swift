// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import NIOConcurrencyHelpers

/// 128 bits from the system's secure generator.
@Sendable
public func systemRandom() -> UInt128 {
    var generator = SystemRandomNumberGenerator()
    return UInt128(generator.next()) << 64 | UInt128(generator.next())
}

/// Random bits for names, also from the system's secure generator, several at a time.
///
/// Drawn one by one they took eight system calls for each charge.
///
/// *Isolation*: any thread.
final class RandomNames: Sendable {
    /// How many are drawn at once: 256 bytes, which come whole or not at all.
    ///
    /// Source: getentropy(3).
    static let drawn = 16

    private let left = NIOLockedValueBox<[UInt128]>([])

    /// The next 128 bits; each is handed out once.
    func next() -> UInt128 {
        left.withLockedValue { left in
            if left.isEmpty { Self.draw(into: &left) }
            return left.popLast() ?? systemRandom()
        }
    }

    private static func draw(into numbers: inout [UInt128]) {
        numbers.append(contentsOf: repeatElement(0, count: drawn))
        let isDrawn = unsafe numbers.withUnsafeMutableBytes { unsafe getentropy($0.baseAddress, $0.count) == 0 }
        // Zeros are no names.
        if !isDrawn { numbers.removeAll() }
    }
}
