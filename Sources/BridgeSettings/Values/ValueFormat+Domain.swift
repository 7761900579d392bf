// SPDX-License-Identifier: Apache-2.0

extension ValueFormat where Value == Secret {
    /// A secret text on one line.
    static var secret: Self {
        var format = Self("secret") { (text) throws(UnreadableValue) in
            guard !text.contains(where: \.isNewline) else { throw UnreadableValue("has a line break in it") }
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw UnreadableValue("is nothing but white space")
            }
            return Secret(text)
        } show: { _ in
            nil
        }
        format.isSecret = true
        return format
    }
}

extension ValueFormat where Value == CallbackKeySetting {
    /// A key of the callback tokens.
    static var callbackKey: Self {
        var format = Self("`keyId:secret`") { (text) throws(UnreadableValue) in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw UnreadableValue("has no colon", hint: "a key is written keyId:secret")
            }
            let keyID = String(parts[0])
            let isWord = keyID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            guard isWord, (1...CallbackKeySetting.longestKeyID).contains(keyID.count) else {
                throw UnreadableValue("has a key id that is not 1 to 16 of A–Z a–z 0–9 - _")
            }
            guard parts[1].utf8.count >= CallbackKeySetting.shortestSecret else {
                throw UnreadableValue("has a secret of less than 16 bytes", hint: "openssl rand -base64 32 makes one")
            }
            return CallbackKeySetting(keyID: keyID, secret: Secret(String(parts[1])))
        } show: { _ in
            nil
        }
        format.isSecret = true
        return format
    }
}

extension ValueFormat where Value == [CallbackKeySetting] {
    /// The keys of the callback tokens, each under an id of its own.
    static var callbackKeys: Self {
        list(of: .callbackKey).checked { (keys) throws(UnreadableValue) in
            guard Set(keys.map(\.keyID)).count == keys.count else {
                throw UnreadableValue("has the same key id twice")
            }
        }
    }
}

extension ValueFormat where Value == CIDR {
    /// A network.
    static var cidr: Self {
        Self("network in CIDR notation") { (text) throws(UnreadableValue) in
            guard let network = CIDR(text) else {
                throw UnreadableValue("is no network", hint: "203.0.113.0/24, no bits set behind the prefix")
            }
            return network
        } show: {
            $0.description
        }
    }
}

extension ValueFormat where Value == StoreURL {
    /// The address of the store.
    static var storeURL: Self {
        Self("`sqlite:/absolute/path` or `postgres://…`") { (text) throws(UnreadableValue) in
            if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") { return .postgres(text) }
            guard text.hasPrefix("sqlite:") else {
                throw UnreadableValue("is neither sqlite: nor postgres://", hint: "sqlite:/var/lib/getnet-bridge/…")
            }
            var path = text.dropFirst("sqlite:".count)
            if path.hasPrefix("///") { path = path.dropFirst(2) }
            guard path.hasPrefix("/"), !path.hasPrefix("//") else {
                throw UnreadableValue("has no absolute path", hint: "write sqlite:/absolute/path")
            }
            guard path.last != "/" else { throw UnreadableValue("names a directory", hint: "name a file in it") }
            return .sqlite(path: String(path))
        } show: { url in
            switch url {
            case .sqlite(let path): "sqlite:\(path)"
            case .postgres: "postgres://…"
            }
        }
    }
}

extension ValueFormat where Value == Set<BridgeConfiguration.EventStatus> {
    /// The statuses that are published; those that every receiver needs cannot be left out.
    static var eventStatuses: Self {
        typealias Status = BridgeConfiguration.EventStatus
        let format = ValueFormat<[Status]>.list(of: .choice, empty: "all").checked { (listed) throws(UnreadableValue) in
            let missing = Status.allCases.filter { !$0.isOptional && !listed.contains($0) }.map(\.rawValue)
            guard listed.isEmpty || missing.isEmpty else {
                let optional = Status.allCases.filter(\.isOptional).map(\.rawValue).joined(separator: ", ")
                throw UnreadableValue(
                    "leaves out \(missing.joined(separator: ", ")), which cannot be switched off",
                    hint: "only \(optional) may be left out"
                )
            }
        }
        return format.mapped {
            Set($0.isEmpty ? Status.allCases : $0)
        } from: { chosen in
            chosen.count == Status.allCases.count ? [] : Status.allCases.filter(chosen.contains)
        }
    }
}
