// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The addresses of a broker's name.
///
/// librabbitmq tries the next address of a name only if one refuses; one that is silent would use up the whole time.
enum HostAddresses {
    /// How many of them are tried at most.
    static let limit = 16

    /// Asks the resolver; an address stands for itself.
    ///
    /// Throws: `unreachable` with the resolver's words.
    static func of(_ host: AMQPEndpoint.HostAndPort) throws(AMQPError) -> [AMQPEndpoint.HostAndPort] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host.host, nil, &hints, &list)
        guard status == 0 else {
            let words = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "error \(status)"
            throw .unreachable("the name cannot be resolved: \(words)")
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [AMQPEndpoint.HostAndPort] = []
        var next = unsafe list
        while let entry = unsafe next, addresses.count < limit {
            if let text = unsafe numeric(entry.pointee) {
                let address = AMQPEndpoint.HostAndPort(host: text, port: host.port)
                if !addresses.contains(address) { addresses.append(address) }
            }
            unsafe next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { throw .unreachable("the name has no address") }
        return addresses
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = unsafe getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &text,
            socklen_t(text.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Why no address of a broker let us in.
struct ConnectFailures {
    private var all: [(place: String, error: AMQPError)] = []

    mutating func append(
        _ error: AMQPError,
        at address: AMQPEndpoint.HostAndPort,
        of host: AMQPEndpoint.HostAndPort
    ) {
        all.append((address == host ? "\(host)" : "\(host) at \(address.host)", error))
    }

    /// One error for all; a refusal says more than silence.
    var error: AMQPError {
        let text = all.map { "\($0.place): \($0.error)" }.joined(separator: "; ")
        for case (_, .refused(let code, let words)) in all {
            return .refused(code: code, text: all.count == 1 ? words : "\(words) (\(text))")
        }
        return .unreachable(text)
    }
}
