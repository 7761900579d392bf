// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Which program this is.
public enum BuildInfo {
    /// The version of getnet-bridge.
    public static let version = "0.1.0"

    /// Name and version as JSON.
    public static var json: [UInt8] {
        var writer = JSONWriter(reserving: 64)
        writer.object { info in
            info.member("name", "getnet-bridge")
            info.member("version", version)
        }
        return writer.bytes
    }
}
