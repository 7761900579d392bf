// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix

/// Why a request found no connection, so that none of its body was sent.
public enum ConnectionTrouble: String, Sendable, Hashable, CaseIterable {
    /// The host's name has no address, or no name server answered.
    case nameNotFound = "name_not_found"
    /// The host answered that nothing listens there.
    case connectionRefused = "connection_refused"
    /// Nothing answered in time, or every connection of the pool was in use.
    case connectTimeout = "connect_timeout"
    /// The handshake failed: certificate, name or protocol.
    case tls
    /// Anything else, the bridge's own stop included.
    case noConnection = "no_connection"

    /// Reads the error of a request that was not sent.
    ///
    /// Errors of swift-nio-ssl are known by the names of their types, because it is no direct dependency.
    init(_ error: any Error) {
        switch error {
        case let failure as NIOConnectionError: self = Self(failure)
        case let failure as HTTPClientError where failure == .tlsHandshakeTimeout: self = .tls
        case let failure as HTTPClientError:
            let isLate = [.connectTimeout, .getConnectionFromPoolTimeout, .deadlineExceeded].contains(failure)
            self = isLate ? .connectTimeout : .noConnection
        case let failure as IOError: self = failure.errnoCode == Self.refused ? .connectionRefused : .noConnection
        default: self = String(reflecting: type(of: error)).contains("SSL") ? .tls : .noConnection
        }
    }

    private init(_ failure: NIOConnectionError) {
        let errors = failure.connectionErrors.map(\.error)
        if errors.isEmpty {
            self = failure.dnsAError == nil && failure.dnsAAAAError == nil ? .noConnection : .nameNotFound
        } else if errors.contains(where: { ($0 as? IOError)?.errnoCode == Self.refused }) {
            self = .connectionRefused
        } else if errors.contains(where: { $0 is ChannelError }) {
            self = .connectTimeout
        } else {
            self = .noConnection
        }
    }

    /// `ECONNREFUSED` of Linux (`errno.h`).
    private static let refused: Int32 = 111

    /// Half a sentence for a person.
    public var description: String {
        switch self {
        case .nameNotFound: "the name of Getnet's host cannot be resolved"
        case .connectionRefused: "Getnet's host refuses the connection"
        case .connectTimeout: "no connection to Getnet came about in time"
        case .tls: "the TLS handshake with Getnet failed"
        case .noConnection: "there is no connection to Getnet"
        }
    }
}
