// SPDX-License-Identifier: Apache-2.0

/// What a configuration needs at least.
public enum RequiredSettings {
    /// The keys without a default, as an environment.
    public static let environment = [
        "GETNET_BRIDGE_CLOUD_BASE_URL": "https://c2c.example/api",
        "GETNET_BRIDGE_CLOUD_CLIENT_ID": "client-7",
        "GETNET_BRIDGE_CLOUD_CLIENT_SECRET": "s3cret-of-the-client",
        "GETNET_BRIDGE_CLOUD_COUNTRY": "cl",
        "GETNET_BRIDGE_CLOUD_ENVIRONMENT": "uat",
        "GETNET_BRIDGE_HTTP_PUBLIC_URL": "https://bridge.example/getnet",
        "GETNET_BRIDGE_STORE_URL": "sqlite:/var/lib/getnet-bridge/bridge.sqlite",
    ]
}
