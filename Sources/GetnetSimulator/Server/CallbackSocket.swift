// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOConcurrencyHelpers

#if canImport(Glibc)
    import Glibc
#endif

/// Sends callbacks over sockets of its own, because no client library can be told to be odd.
///
/// Each callback takes a thread for as long as it waits for its answer: this is for faults, not for benchmarks.
final class CallbackSockets: Sendable {
    /// For how long a body waits for `100 Continue`.
    private static let patience = Duration.seconds(1)

    /// A connection that broke.
    private struct Broken: Error {}

    /// Connections that were kept open, by host and port.
    private let kept = NIOLockedValueBox<[String: [Int32]]>([:])

    deinit { closeAll() }

    /// Posts a callback.
    ///
    /// - Parameters:
    ///   - bytes: what is sent.
    ///   - timeout: how long each answer may take.
    /// - Returns: the HTTP status, or nothing if there was no answer.
    func post(_ bytes: CallbackBytes, timeout: Duration) async -> Int? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: self.exchange(bytes, timeout))
            }
        }
    }

    /// Closes what was kept open.
    func closeAll() {
        let descriptors = kept.withLockedValue { kept in
            defer { kept = [:] }
            return kept.values.flatMap { $0 }
        }
        for descriptor in descriptors { close(descriptor) }
    }

    private func exchange(_ bytes: CallbackBytes, _ timeout: Duration) -> Int? {
        let place = "\(bytes.host):\(bytes.port)"
        // A connection that was closed meanwhile is replaced once, as every client does.
        if bytes.isKept, let descriptor = kept.withLockedValue({ $0[place]?.popLast() }) {
            if let status = try? exchange(bytes, over: descriptor, timeout) { return status }
        }
        guard let descriptor = Self.connection(to: bytes, timeout) else { return nil }
        return try? exchange(bytes, over: descriptor, timeout)
    }

    private func exchange(_ bytes: CallbackBytes, over descriptor: Int32, _ timeout: Duration) throws -> Int {
        do {
            let status = try Self.exchange(bytes, over: descriptor, timeout)
            if bytes.isKept {
                kept.withLockedValue { $0["\(bytes.host):\(bytes.port)", default: []].append(descriptor) }
            } else {
                close(descriptor)
            }
            return status
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func exchange(_ bytes: CallbackBytes, over descriptor: Int32, _ timeout: Duration) throws -> Int {
        try send(bytes.head, over: descriptor)
        var received: [UInt8] = []
        if bytes.waits {
            limit(descriptor, SO_RCVTIMEO, to: patience)
            if let early = try? answer(over: descriptor, &received), early >= 200 { return early }
            limit(descriptor, SO_RCVTIMEO, to: timeout)
        }
        try send(bytes.body, over: descriptor)
        while true {
            let status = try answer(over: descriptor, &received)
            if status >= 200 { return status }
        }
    }

    /// Reads one answer, and takes it off what was received.
    private static func answer(over descriptor: Int32, _ received: inout [UInt8]) throws -> Int {
        while true {
            if let answer = CallbackAnswer(received), let length = answer.length, received.count >= length {
                received.removeFirst(length)
                return answer.status
            }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count == 0, let answer = CallbackAnswer(received), answer.length == nil { return answer.status }
            guard count > 0 else { throw Broken() }
            received += buffer.prefix(count)
        }
    }

    private static func send(_ bytes: [UInt8], over descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Broken() }
            rest = rest.dropFirst(count)
        }
    }

    private static func connection(to bytes: CallbackBytes, _ timeout: Duration) -> Int32? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(bytes.host, "\(bytes.port)", &hints, &found) == 0 else { return nil }
        defer { unsafe freeaddrinfo(found) }
        guard let address = unsafe found?.pointee else { return nil }
        let kind = unsafe address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = unsafe socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { return nil }
        limit(descriptor, SO_RCVTIMEO, to: timeout)
        limit(descriptor, SO_SNDTIMEO, to: timeout)
        guard unsafe connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func limit(_ descriptor: Int32, _ option: Int32, to duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var value = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        unsafe setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<timeval>.size))
    }
}
