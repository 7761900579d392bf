// SPDX-License-Identifier: Apache-2.0

/// Why a bridge cannot be put together.
public struct BridgeFault: Error, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String
}
