// SPDX-License-Identifier: Apache-2.0

/// 128 bits from the system's secure generator.
@Sendable
public func systemRandom() -> UInt128 {
    var generator = SystemRandomNumberGenerator()
    return UInt128(generator.next()) << 64 | UInt128(generator.next())
}
