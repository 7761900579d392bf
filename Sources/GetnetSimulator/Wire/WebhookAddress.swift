// SPDX-License-Identifier: Apache-2.0

/// The URL of a webhook, as far as a cloud looks at it before it promises to call.
enum WebhookAddress {
    /// Whether callbacks could be sent there: scheme http or https, a host, nothing but visible ASCII.
    static func isUsable(_ url: String) -> Bool {
        let text = url.lowercased()
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let host = authority.first, host != ":" else { return false }
        return true
    }
}
