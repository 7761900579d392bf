// SPDX-License-Identifier: Apache-2.0

/// Why a port cannot be listened on.
public struct PortFault: Error, CustomStringConvertible {
    /// One sentence for a person, with the keys of the configuration.
    public let description: String
}
